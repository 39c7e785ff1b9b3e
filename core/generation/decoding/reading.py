"""Prompts read before anything is written: in blocks, each only once."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from core.generation.decoding.law import Law, Seen
from core.generation.decoding.writing import Decoding, Writing
from core.generation.language.language_model import LanguageModel, State

BLOCK = 512
"""Tokens between two looks at whether to stop."""


def read_prompts(
    language: LanguageModel, writings: Sequence[Writing], decoding: Decoding, *, hidden: bool = False
) -> list[Writing]:
    """Have the model read each prompt and the tokens that are forced, which are written.

    Texts after the same tokens share what was read. Fills in `state` and `row`, with `hidden` also that:
    (tokens, h), of all that was read.

    Returns:
        Those that have not ended by then.

    Raises:
        UserError: a prompt is longer than the context, or the model gives no numbers.
    """
    groups: dict[tuple[tuple[int, ...], tuple[int, ...]], list[Writing]] = {}
    for writing in writings:
        groups.setdefault((writing.prefix, writing.forced), []).append(writing)
    reading = [_Reading(language.start(), prefix, forced) for prefix, forced in groups]
    while any(one.left for one in reading):
        decoding.ctx.check()
        some = [one for one in reading if one.left]
        blocks = [one.next_block() for one in some]
        every = hidden or any(one.past_prompt for one in some)
        found = language.advance([one.state for one in some], blocks, every=every, hidden=hidden)
        for number, (one, block) in enumerate(zip(some, blocks, strict=True)):
            one.state = found.states[number]
            before = sum(map(len, blocks[:number])) if every else number
            size = len(block) if every else 1
            one.take(found.logits[before : before + size])
            if found.hidden is not None:
                one.hidden.append(found.hidden[before : before + size])
    for one, group in zip(reading, groups.values(), strict=True):
        seen = one.seen(decoding, language.name)
        for writing in group:
            writing.state, writing.row = one.state, one.rows[-1]
            writing.hidden = torch.cat(one.hidden) if hidden else None
            for id, figures in zip(one.forced, seen, strict=True):
                if writing.stopped is None:
                    writing.add(id, figures)
    return [writing for writing in writings if writing.stopped is None]


class _Reading:
    """One prompt, read block by block."""

    def __init__(self, state: State, prefix: tuple[int, ...], forced: tuple[int, ...]) -> None:
        self.state = state
        self.forced = forced
        self.rows: list[torch.Tensor] = []
        """What was foretold after the last token of the prompt, and after each that is forced."""
        self.hidden: list[torch.Tensor] = []
        self._ids = prefix + forced
        self._read = 0
        self._prompt = len(prefix)

    @property
    def left(self) -> int:
        return len(self._ids) - self._read

    @property
    def past_prompt(self) -> bool:
        """Whether the block at hand is of forced tokens."""
        return self._read > self._prompt

    def next_block(self) -> tuple[int, ...]:
        end = self._read + BLOCK
        if self._read < self._prompt:
            end = min(end, self._prompt)
        block = self._ids[self._read : end]
        self._read += len(block)
        return block

    def take(self, rows: torch.Tensor) -> None:
        """The last of the rows that a block gave are those after its last tokens."""
        wanted = min(len(rows), max(0, self._read - max(self._prompt, 1) + 1) - len(self.rows))
        if wanted:
            self.rows += rows[-wanted:].unbind()

    def seen(self, decoding: Decoding, name: str) -> list[Seen | None]:
        """Each forced token by the law before it; None for a first one that nothing stands before."""
        known = self.forced if self._prompt else self.forced[1:]
        unknown: list[Seen | None] = [] if self._prompt else [None] * bool(self.forced)
        if not known:
            return unknown
        law = Law(torch.stack(self.rows[: len(known)]), decoding.alternatives, name)
        return [*unknown, *law.seen(known)]
