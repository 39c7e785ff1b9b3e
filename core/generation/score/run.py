"""The scoring job: passage by passage, all models over each."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.generation.language.resident import residents
from core.generation.result_parts import TokenRecord
from core.generation.score.differences import MOST_PASSAGES, WordDifferences
from core.generation.score.exact import byte_by_byte
from core.generation.score.job import SCORE
from core.generation.score.request import ScoreRequest, check
from core.generation.score.result import Curve, ScoreResult, SliceFigures
from core.generation.score.scorer import WITH_RECORDS, Scorer
from core.generation.score.texts import Piece, names_of, pieces, size_of
from core.jobs.context import Context
from core.jobs.registry import job

_STAGE = "Scoring"
_SHOW_EVERY = 0.25
"""Seconds between two curves that are told."""


@job(SCORE)
def score(request: ScoreRequest, ctx: Context) -> ScoreResult:
    """Score texts under one to four models.

    Raises:
        UserError: a model or a text will not do, or there is nothing to score.
    """
    check(request)
    names = names_of(request)
    models = []
    for number, path in enumerate(request.models):
        ctx.progress(number, len(request.models), f"Opening {path.name}")
        models.append(open_language_model(path, ctx, dtype=request.dtype))
    called = _told_apart(models)
    size = size_of(request)
    ctx.emit({"part": "begun", "models": called, "bytes": size})
    scorers = [
        Scorer(
            model,
            len(names),
            context=request.context,
            stride=request.stride,
            alternatives=request.alternatives,
        )
        for model in models
    ]
    scoring = _Scoring(scorers, size, ctx)
    with _lines(request.out) as write:
        for passage in pieces(request):
            scoring.add(passage, write)
    scoring.warn(called)
    exact = byte_by_byte(request, models, ctx) if request.exact else None
    return ScoreResult(
        models=called,
        exact=exact,
        residents=residents(),
        out=None if request.out is None else str(request.out),
        **scoring.told(names),
    )


class _Scoring:
    """All models over the same passages."""

    def __init__(self, scorers: Sequence[Scorer], size: int, ctx: Context) -> None:
        self._scorers = scorers
        self._differences = [WordDifferences(number) for number in range(1, len(scorers))]
        self._size = size
        self._ctx = ctx
        self._done = 0
        self._lost = 0
        self._starts: dict[int, int] = {}
        self._text: list[str] = []
        self._shown = 0.0
        self._losing: set[int] = set()

    def add(self, passage: Piece, write: Callable[[int, TokenRecord], None] | None) -> None:
        """Score a passage with every model; one that a tokenizer cannot read is left out for all."""
        length = len(passage.text.encode())
        self._starts.setdefault(passage.slice, passage.start)
        if passage.start < WITH_RECORDS:
            self._text.append(passage.text)
        encoded = [scorer.model.tokenizer.encode(passage.text) for scorer in self._scorers]
        if any(
            _has_unknown(scorer.model, cut.ids) for scorer, cut in zip(self._scorers, encoded, strict=True)
        ):
            self._lost += length
            return
        bits = []
        for number, (scorer, cut) in enumerate(zip(self._scorers, encoded, strict=True)):
            if number not in self._losing and _loses(scorer.model, passage.text, cut.ids):
                self._losing.add(number)
            found = scorer.add(
                passage,
                cut,
                self._ctx,
                went=lambda share, number=number: self._went(length, number + share),  # type: ignore[misc]
                written=None if write is None else lambda token, number=number: write(number, token),  # type: ignore[misc]
            )
            bits.append(found)
        for other, difference in zip(bits[1:], self._differences, strict=True):
            difference.add(passage.text, passage.start, bits[0], other)
        self._done += length
        self._show()

    def told(self, names: Sequence[str]) -> dict[str, Any]:
        """The fields of a `ScoreResult`.

        Raises:
            UserError: nothing could be scored.
        """
        sums = [scorer.all for scorer in self._scorers]
        if not all(one.bytes for one in sums):
            raise UserError(
                "Nothing of the text could be scored: it is empty, too short, or made of characters that a "
                "tokenizer can only read as unknown.",
                field="text",
            )
        passages = [found for one in self._differences for found in one.passages()]
        passages.sort(key=lambda found: -abs(found.bits[0] - found.bits[1]))
        return {
            "bits_per_byte": [one.bits / one.bytes for one in sums],
            "bytes": [one.bytes for one in sums],
            "tokens": [one.tokens for one in sums],
            "perplexity": [_perplexity(one.bits, one.tokens) for one in sums],
            "context": [scorer.context for scorer in self._scorers],
            "stride": [scorer.stride for scorer in self._scorers],
            "slices": [
                SliceFigures(
                    name=name,
                    start=self._starts.get(place, 0),
                    bytes=self._scorers[0].slices[place].bytes,
                    tokens=[scorer.slices[place].tokens for scorer in self._scorers],
                    bits_per_byte=[scorer.slices[place].bits_per_byte for scorer in self._scorers],
                )
                for place, name in enumerate(names)
            ],
            "curve": self._curve(),
            "text": "".join(self._text),
            "records": [scorer.records for scorer in self._scorers],
            "differences": [one.difference() for one in self._differences],
            "passages": passages[:MOST_PASSAGES],
        }

    def warn(self, names: Sequence[str]) -> None:
        """What was left out, and what makes figures hard to compare."""
        for number, scorer in enumerate(self._scorers):
            if not scorer.model.begin:
                self._ctx.warn(
                    f"{names[number]} has no token that stands before a text: the first token of each text "
                    "is not scored, and its bytes do not count."
                )
            if number in self._losing:
                self._ctx.warn(
                    f"The tokenizer of {names[number]} does not give texts back as they were (spaces, "
                    "capitals): what it leaves out costs no bits, so that its bits per byte flatter it."
                )
        if self._lost:
            self._ctx.warn(
                f"{self._lost:,} bytes were not scored: they hold characters that one of the tokenizers can "
                "only read as unknown."
            )

    def _curve(self) -> Curve:
        # All have the same width: they saw the same passages.
        return Curve(
            width=max(scorer.buckets.width for scorer in self._scorers),
            points=[scorer.buckets.points() for scorer in self._scorers],
        )

    def _went(self, length: int, passes: float) -> None:
        done = self._done + length * passes / len(self._scorers)
        self._ctx.progress(done, max(done, self._size), _STAGE)

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._shown >= _SHOW_EVERY:
            self._shown = now
            self._ctx.emit({"part": "curve", "curve": self._curve()})


@contextmanager
def _lines(out: Path | None) -> Iterator[Callable[[int, TokenRecord], None] | None]:
    """Writes one token a line to `out`, which appears when all is written.

    Raises:
        UserError: it cannot be written.
    """
    if out is None:
        yield None
        return
    out = out.expanduser().absolute()
    if out.is_dir():
        raise UserError(f"{out} is a folder; name a file in it.", field="out")
    if not out.parent.is_dir():
        raise UserError(f"There is no folder {out.parent} to write {out.name} to.", field="out")
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:

            def write(model: int, token: TokenRecord) -> None:
                said = token.model_dump(include={"id", "text", "start", "end", "logprob"})
                file.write(json.dumps({"model": model, **said}, ensure_ascii=False) + "\n")

            yield write
        part.replace(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"{out} cannot be written: {reason}. Choose another place.", field="out") from None
    finally:
        part.unlink(missing_ok=True)


def _has_unknown(model: LanguageModel, ids: Sequence[int]) -> bool:
    return not set(model.tokenizer.vocabulary.roles.get("unk", ())).isdisjoint(ids)


def _loses(model: LanguageModel, text: str, ids: Sequence[int]) -> bool:
    """Whether what a text's tokens stand for is not the text."""
    written = model.spelt(ids)
    return written.removeprefix(b" " if model.puts_space else b"") != text.encode()


def _perplexity(bits: float, tokens: int) -> float:
    return 2 ** min(bits / tokens, 1000.0) if tokens else math.nan


def _told_apart(models: Sequence[LanguageModel]) -> list[str]:
    """Their names; those of the same name with a number."""
    names: list[str] = []
    for model in models:
        number, name = 2, model.name
        while name in names:
            name, number = f"{model.name} ({number})", number + 1
        names.append(name)
    return names
