"""Reading with one cache for all states: keys and values of every token that any living state has read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol, cast
from weakref import WeakSet

import numpy as np
import numpy.typing as npt
import torch

from core.errors import UserError
from core.generation.language.language_model import Advance, LanguageModel, State
from core.generation.language.preview import BLOCK

_LEAST_DEAD = 128
"""Slots that no living state needs are not worth giving back while they are fewer."""

Slots = npt.NDArray[np.int64]


class Cache(Protocol):
    """Keys and values of the tokens read so far, each token's in a slot; slots are filled in order."""

    def read(
        self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor | None, rows: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Read n tokens into the next n slots.

        Args:
            ids: (n,) int64.
            positions: (n,) int64, each token's place in its own text.
            mask: (n, slots filled + n) float32, 0 where a token sees a slot and −inf elsewhere; None: the
                slots are one text, each token sees all before it.
            rows: (m,) int64, the tokens whose logits are asked for; None for all.

        Returns:
            (m, V) logits and (m, h), what the head read; in the model's number type, on its device.
        """

    def keep(self, slots: Slots) -> None:
        """Move these slots (rising) to the front, and forget all others."""


class Chain(State):
    """A state: the slots of its tokens, in order."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots

    @property
    def length(self) -> int:  # type: ignore[override]
        return len(self.slots)


class TreeModel(LanguageModel):
    """States that share what they have in common: a token is read once, whatever branches go on from it.

    All new tokens of all states are read in one call, with a mask that lets each see only what stands before
    it in its own text (the attention of arXiv 2305.09781, §4.2, used here for reading and not only for
    drafts).

    Args:
        cache: where tokens are read into; nobody else's.
        holes: (k,) the head's rows that are no token.
    """

    def __init__(self, *args: Any, cache: Cache, holes: torch.Tensor, **named: Any) -> None:
        super().__init__(*args, **named)
        self._cache = cache
        self._holes = holes
        self._used = 0
        self._living: WeakSet[Chain] = WeakSet()
        self._look_at = _LEAST_DEAD
        """Slots filled when it is next looked whether many are dead."""

    def start(self) -> State:
        return Chain(np.empty(0, dtype=np.int64))

    def advance(
        self,
        states: Sequence[State],
        ids: Sequence[Sequence[int]],
        *,
        every: bool = False,
        hidden: bool = False,
    ) -> Advance:
        self.calls += 1
        chains = cast("Sequence[Chain]", states)
        counts = check_lengths(self, chains, ids)
        if self._used >= self._look_at:
            self.compact()
        whole = [id for more in ids for id in more]
        ends = np.cumsum(counts)
        wanted = np.arange(len(whole)) if every else ends - 1
        first = self._used
        logits, inside = [], []
        after = [
            Chain(np.concatenate([chain.slots, np.arange(first + end - count, first + end)]))
            for chain, count, end in zip(chains, counts, ends.tolist(), strict=True)
        ]
        for start in range(0, len(whole), BLOCK):
            self.check()
            stop = min(start + BLOCK, len(whole))
            rows = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, stop)] - start
            found = self._read(whole[start:stop], start, after, counts, ends, rows)
            if len(rows):
                logits.append(found[0])
                inside.append(found[1])
        self._living.update(after)
        law = without_holes(self, torch.cat(logits) if len(logits) > 1 else logits[0], self._holes)
        return Advance(list(after), law, torch.cat(inside).float().cpu() if hidden else None)

    def _read(
        self,
        ids: list[int],
        start: int,
        after: list[Chain],
        counts: list[int],
        ends: npt.NDArray[np.int64],
        rows: npt.NDArray[np.int64],
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Read one block of the new tokens, the `start`-th and those that follow."""
        stop, base = start + len(ids), self._used
        mask = None
        alone = len(after) == 1 and after[0].length == base + int(ends[-1]) - start
        if alone:
            positions = np.arange(base, base + len(ids))
        else:
            positions, mask = _seen(after, counts, ends, start, stop, base)
        with torch.inference_mode():
            found = self._cache.read(
                torch.tensor(ids),
                torch.from_numpy(positions),
                None if mask is None else torch.from_numpy(mask),
                None if len(rows) == len(ids) else torch.from_numpy(rows),
            )
        self._used = base + len(ids)
        return found

    def compact(self) -> None:
        """Give back the slots that no living state needs."""
        alive = np.zeros(self._used, dtype=bool)
        living = list(self._living)
        for chain in living:
            alive[chain.slots] = True
        kept = np.flatnonzero(alive)
        if len(kept) < self._used:
            with torch.inference_mode():
                self._cache.keep(kept)
            moved = np.cumsum(alive) - 1
            for chain in living:
                chain.slots = moved[chain.slots]
            self._used = len(kept)
        self._look_at = max(_LEAST_DEAD, self._used + self._used // 2)


def check_lengths(model: LanguageModel, states: Sequence[State], ids: Sequence[Sequence[int]]) -> list[int]:
    """How many tokens each state shall read.

    Raises:
        UserError: one would grow past the model's context.
    """
    counts = [len(more) for more in ids]
    for state, count in zip(states, counts, strict=True):
        if count == 0:
            raise ValueError("a state has nothing to read")
        if model.context is not None and state.length + count > model.context:
            raise UserError(
                f"{model.name} takes {model.context:,} tokens at once, and this would be "
                f"{state.length + count:,}. Take a shorter text, or a model with a longer context."
            )
    return counts


def without_holes(model: LanguageModel, logits: torch.Tensor, holes: torch.Tensor) -> torch.Tensor:
    """The logits as they are handed out: float32 (or float64), on the CPU, −inf where there is no token.

    What such rows had is noted in the model's `padding_mass`.

    Raises:
        UserError: there are NaN among them.
    """
    law = (logits if logits.dtype == torch.float64 else logits.float()).cpu()
    if not math.isfinite(float(law.sum())) and bool(law.isnan().any()):
        raise UserError(
            f"{model.name} gives no numbers (NaN) for this text: its weights are damaged, or too large for "
            "the number type. Try float32."
        )
    if len(holes):
        share = (law[:, holes].logsumexp(-1) - law.logsumexp(-1)).exp()
        model.padding_mass = max(model.padding_mass, float(share.max()))
        law[:, holes] = -torch.inf
    return law


def _seen(
    after: list[Chain],
    counts: list[int],
    ends: npt.NDArray[np.int64],
    start: int,
    stop: int,
    base: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Positions and mask of the new tokens from `start` to `stop`, the first of which goes to slot `base`.

    `after` already hold the slots of what they are about to read.
    """
    mask = np.full((stop - start, base + stop - start), -np.inf, dtype=np.float32)
    positions = np.empty(stop - start, dtype=np.int64)
    for chain, count, end in zip(after, counts, ends.tolist(), strict=True):
        first, last = max(end - count, start), min(end, stop)
        if first >= last:
            continue
        rows, before = slice(first - start, last - start), chain.length - (end - first)
        mask[rows, chain.slots[:before]] = 0
        own = np.arange(last - first)
        if len(own) == 1:
            mask[rows.start, base + rows.start] = 0
        else:
            square = mask[rows, base + rows.start : base + rows.stop]
            square[own[:, None] >= own] = 0
        positions[rows] = before + own
    return positions, mask
