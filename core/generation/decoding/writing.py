"""`Writing`: one text while it is written, and `Decoding`, how all of them are."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from core.errors import UserError
from core.generation.decoding.draw import nothing_left
from core.generation.decoding.law import Seen
from core.generation.decoding.text import Text
from core.generation.language.language_model import LanguageModel, State
from core.generation.result_parts import Stopped, TokenRecord
from core.generation.sampled import Drawn
from core.generation.samplers import Sampler
from core.jobs.context import Context
from core.tokenizers.shown import Labels


@dataclass(frozen=True)
class Decoding:
    """How texts are written, all of a job."""

    ctx: Context
    samplers: Sequence[Sampler] = ()
    alternatives: int = 10
    max_tokens: int | None = None
    began: float = field(default_factory=time.perf_counter)

    def scores(self, row: torch.Tensor, writing: Writing, drawn: Drawn) -> torch.Tensor:
        """(V,) after the samplers; of a first token that must begin so, only those that do."""
        if writing.first is not None and len(drawn.ids) == len(writing.forced):
            row = row.masked_fill(~writing.first, float("-inf"))
        for sampler in self.samplers:
            row = sampler.apply(row, drawn)
        return row

    def is_plain(self, writing: Writing) -> bool:
        """Whether nothing changes the model's own law of the next token."""
        return not self.samplers and (writing.first is None or len(writing.drawn.ids) > len(writing.forced))


@dataclass
class _Written:
    """A token of the text; positions are those of `Text`."""

    id: int
    start: int
    end: int
    seen: Seen | Callable[[], Seen] | None
    sampled: float | None
    own: bool
    ms: float


class Writing:
    """One text, from its prompt to its end.

    Args:
        prefix: the prompt's tokens, `LanguageModel.begin` included.
        forced: those that the text begins with whatever the model says.
        first: (V,) bool, where the first token after these must be one of some.
        text: an empty one, with the limits.
    """

    def __init__(
        self,
        language: LanguageModel,
        labels: Labels,
        prefix: Sequence[int],
        *,
        text: Text,
        decoding: Decoding,
        random: random.Random,
        forced: Sequence[int] = (),
        first: torch.Tensor | None = None,
    ) -> None:
        self.prefix = tuple(prefix)
        self.forced = tuple(forced)
        self.first = first
        self.text = text
        self.random = random
        self.drawn = Drawn([*prefix], ends=language.ends, pieces=language.pieces)
        self.stopped: Stopped | None = None
        self.seconds = 0.0
        # What the model has read, and what it foretells next; once the prompt is read.
        self.state: State | None = None
        self.row: torch.Tensor | None = None
        self.hidden: torch.Tensor | None = None
        self._language = language
        self._labels = labels
        self._decoding = decoding
        self._written: list[_Written] = []
        self._taken = 0

    def add(
        self,
        id: int,
        seen: Seen | Callable[[], Seen] | None,
        sampled: float | None = None,
        *,
        own: bool = False,
    ) -> None:
        """A token more; `stopped` tells if it is the last.

        Args:
            seen: its figures, or what tells them; asked only when they are to be told.
            sampled: the log-probability with which it was drawn.
            own: that is the model's own.
        """
        if sampled is not None:
            for sampler in self._decoding.samplers:
                sampler.drew(id, sampled, self.drawn)
        self.drawn.ids.append(id)
        start = len(self.text)
        self.stopped = ended(self.text, self._language, self._decoding, id, len(self.drawn.ids))
        ms = (time.perf_counter() - self._decoding.began) * 1000
        self._written.append(_Written(id, start, len(self.text), seen, sampled, own, ms))
        if self.stopped == "stop":
            end = len(self.text)
            while self._written and self._written[-1].start >= end:
                self._written.pop()
            if self._written:
                self._written[-1].end = end

    def fresh(self) -> tuple[list[TokenRecord], str]:
        """The records and the text that are sure by now and were not told before."""
        text = self.text.take(end=self.stopped is not None)
        records = []
        while self._taken < len(self._written) and self._written[self._taken].end <= self.text.sure:
            records.append(self._record(self._written[self._taken]))
            self._taken += 1
        return records, text

    @property
    def has_room(self) -> bool:
        """Whether the model can read one token more."""
        context = self._language.context
        return context is None or self.state is None or self.state.length < context

    def _record(self, token: _Written) -> TokenRecord:
        seen = token.seen() if callable(token.seen) else token.seen
        ids, values = seen.top if seen is not None else ((), ())
        labels = self._labels
        # Of plain data, which is made into records in one go.
        return TokenRecord.model_validate(
            {
                "id": token.id,
                "text": labels[token.id],
                "start": self.text.place(token.start),
                "end": self.text.place(token.end),
                "logprob": seen.logprob if seen is not None else None,
                "sampled": seen.logprob if token.own and seen is not None else token.sampled,
                "rank": seen.rank if seen is not None else None,
                "entropy": seen.entropy if seen is not None else None,
                "alternatives": [
                    {"id": id, "text": labels[id], "logprob": value}
                    for id, value in zip(ids, values, strict=True)
                    if value > float("-inf")
                ],
                "ms": round(token.ms, 3),
            }
        )


def ended(text: Text, language: LanguageModel, decoding: Decoding, id: int, count: int) -> Stopped | None:
    """Add a token to a text, the `count`-th: why the text ends with it, if it does."""
    if id in language.ends:
        return "end"
    text.add(language.pieces[id] or b"")
    if text.stopped is None and count == decoding.max_tokens:
        return "length"
    return text.stopped


def argmax(scores: torch.Tensor) -> tuple[int, float]:
    """The likeliest token, the lowest number of those that tie, and its log-probability.

    Raises:
        UserError: the samplers left nothing.
    """
    id = int(scores.numpy().argmax())
    if scores[id] == float("-inf"):
        raise nothing_left()
    return id, float(scores[id] - scores.logsumexp(-1))


def check_room(language: LanguageModel, tokens: int) -> None:
    """Raises `UserError` where a prompt of so many tokens, `begin` included, is too long or too short."""
    if not tokens:
        raise UserError(
            f"{language.name} has no token that begins a text, so it needs a prompt to go on from.",
            field="prompt",
        )
    if language.context is not None and tokens > language.context:
        raise UserError(
            f"The prompt is {tokens:,} tokens long for {language.name}, which reads {language.context:,} at "
            "most. Shorten it.",
            field="prompt",
        )
