"""Encoders that know one vector for each token, whatever stands around it: a text's is their mean."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.encoder import (
    EMPTY,
    FAILED,
    OK,
    TRUNCATED,
    Encoder,
    Floats,
    Part,
    Role,
    Slices,
    TokenStates,
)
from core.encoders.unit import unit
from core.jobs.context import Context

TEXTS_AT_ONCE = 5_000


@dataclass(frozen=True, eq=False)
class Bags:
    """`rows` (tokens,) int64 of the table, of all texts after each other; `starts` (n + 1,) int64; `cut` (n,)
    bool: longer than the most tokens."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    cut: NDArray[np.bool_]

    def without(self, dropped: NDArray[np.bool_]) -> Bags:
        """Some tokens left out: (tokens,)."""
        before = np.concatenate([[0], np.cumsum(~dropped)])
        return Bags(self.rows[~dropped], before[self.starts], self.cut)

    def first(self, most: int) -> Bags:
        """At most so many of each text."""
        lengths = np.diff(self.starts)
        cut = lengths > most
        if not cut.any():
            return self
        places = np.arange(len(self.rows)) - np.repeat(self.starts[:-1], lengths)
        return replace(self.without(places >= most), cut=cut)


class StaticEncoder(Encoder):
    """A subclass finds the rows of a text's tokens, and their vectors."""

    @abstractmethod
    def bags(self, texts: Sequence[str], role: Role) -> Bags: ...

    @abstractmethod
    def table(self, rows: NDArray[np.int64]) -> tuple[torch.Tensor, NDArray[np.int64]]:
        """A float32 matrix that holds at least these rows, and their places in it; what a token weighs is in
        its vector."""

    @abstractmethod
    def spans(self, text: str, role: Role) -> list[tuple[int, int]]:
        """First character and the one after the last of each of the text's tokens in `bags`."""

    def after(self, means: Floats) -> Floats:
        """(n, width) what is made of the means; cosine's length is not yet taken."""
        return means

    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            ctx.progress(first, len(texts), stage)
            bags = self.bags(texts[first : first + TEXTS_AT_ONCE], role)
            count = len(bags.cut)
            vectors = self.after(self.means(bags))
            if self.similarity == "cosine":
                vectors = unit(vectors)
            status = np.where(bags.cut, TRUNCATED, OK).astype(np.uint8)
            status[np.diff(bags.starts) == 0] = EMPTY
            broken = ~np.isfinite(vectors).all(axis=1)
            status[broken] = FAILED
            vectors[broken | (status == EMPTY)] = 0.0
            yield Part(np.arange(first, first + count), vectors, status)
        ctx.progress(len(texts), len(texts), stage)

    def means(self, bags: Bags) -> Floats:
        """(n, width of the table) float32; zeros for a text without known tokens."""
        table, places = self.table(bags.rows)
        found = torch.nn.functional.embedding_bag(
            torch.from_numpy(places), table, torch.from_numpy(bags.starts[:-1].copy()), mode="mean"
        )
        made: Floats = found.numpy()
        return made

    def token_states(self, texts: Sequence[str], ctx: Context, *, role: Role = "") -> list[TokenStates]:
        found = []
        for place, text in enumerate(texts):
            if place % TEXTS_AT_ONCE == 0:
                ctx.progress(place, len(texts), "Encoding")
            bags = self.bags([text], role)
            table, places = self.table(bags.rows)
            count = len(bags.rows)
            found.append(
                TokenStates(
                    ids=bags.rows,
                    offsets=np.array(self.spans(text, role)[:count], dtype=np.int64).reshape(-1, 2),
                    special=np.zeros(count, dtype=bool),
                    states=table[torch.from_numpy(places)].numpy(),
                    weights=np.full(count, 1.0 / max(1, count), dtype=np.float32),
                )
            )
        return found
