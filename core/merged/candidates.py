"""The tokens of a large vocabulary: the commonest runs of a model's tokens in some texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.merged.request import Boundary

_SPACES = b" \t\n\r\v\f"
_NONE = -1


@dataclass(frozen=True, eq=False)
class Candidates:
    """n tokens, the commonest first.

    Args:
        pieces: (n, longest) int32, the model's tokens that each is made of, −1 behind them.
        counts: (n,) int64, how often each stands in the texts, overlapping ones included.
        spelt: the bytes of the model's tokens, by id.
    """

    pieces: NDArray[np.int32]
    counts: NDArray[np.int64]
    spelt: Sequence[bytes | None]

    def __len__(self) -> int:
        return len(self.pieces)

    def ids(self, place: int) -> list[int]:
        return [int(id) for id in self.pieces[place] if id >= 0]

    def bytes(self, place: int) -> bytes:
        return b"".join(self.spelt[id] or b"" for id in self.ids(place))


def find_candidates(
    documents: Sequence[Sequence[int]],
    spelt: Sequence[bytes | None],
    *,
    size: int,
    longest: int,
    boundary: Boundary,
    ctx: Context,
    field: str = "text",
) -> Candidates:
    """The `size` commonest runs of two to `longest` tokens; of those equally common, the shorter and earlier.

    Two runs of the same bytes are one token, and none is what a token of the model's stands for already.

    Args:
        documents: token ids; no run reaches from one document to the next.

    Raises:
        UserError: there is none.
    """
    stream = np.array([id for document in documents for id in (*document, _NONE)], dtype=np.int64)
    begins, goes_on = _allowed(spelt, boundary)
    runs = stream.copy()  # the number of the run of the current length that begins at each place
    runs[~begins[stream]] = _NONE
    found: list[tuple[NDArray[np.int32], NDArray[np.int64]]] = []
    rows = len(spelt)
    for length in range(2, longest + 1):
        ctx.progress(length - 2, longest - 1, "Counting runs of tokens")
        last = stream[length - 1 :]
        runs = runs[: len(last)]
        there = (runs >= 0) & goes_on[last]
        keys = runs[there] * (rows + 1) + last[there]
        if not len(keys):
            break
        _, first, inverse, counts = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        places = np.flatnonzero(there)
        runs = np.full(len(last), _NONE, dtype=np.int64)
        runs[places] = inverse
        order = np.lexsort((first, -counts))[:size]
        pieces = np.full((len(order), longest), _NONE, dtype=np.int32)
        starts = places[first[order]]
        for at in range(length):
            pieces[:, at] = stream[starts + at]
        found.append((pieces, counts[order].astype(np.int64)))
    if not found:
        raise UserError(
            "The texts have no two tokens that could be merged: choose longer texts, or let tokens reach "
            "over several words.",
            field=field,
        )
    pieces = np.concatenate([some for some, _ in found])
    counts = np.concatenate([some for _, some in found])
    order = np.argsort(-counts, kind="stable")
    kept = _distinct(pieces, order, spelt, size, ctx)
    if not kept:
        raise UserError("All merged tokens of the texts are the model's own already.", field=field)
    return Candidates(pieces[kept], counts[kept], spelt)


def _distinct(
    pieces: NDArray[np.int32],
    order: NDArray[np.int64],
    spelt: Sequence[bytes | None],
    size: int,
    ctx: Context,
) -> list[int]:
    """Places of the first `size` that stand for bytes which nothing before them stands for."""
    known = {piece for piece in spelt if piece}
    kept: list[int] = []
    for done, place in enumerate(order.tolist()):
        if done % 4096 == 0:
            ctx.progress(len(kept), size, "Choosing the tokens")
        token = b"".join(spelt[id] or b"" for id in pieces[place].tolist() if id >= 0)
        if token not in known:
            known.add(token)
            kept.append(place)
            if len(kept) == size:
                break
    return kept


def _allowed(
    spelt: Sequence[bytes | None], boundary: Boundary
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(V + 1,) each, the last for what is no token: which tokens may begin a run, and which go on in one."""
    begins = np.zeros(len(spelt) + 1, dtype=bool)
    goes_on = np.zeros(len(spelt) + 1, dtype=bool)
    for id, piece in enumerate(spelt):
        if piece:
            begins[id] = may_join(piece, boundary)
            goes_on[id] = begins[id] and (boundary == "phrases" or not _spaced(piece))
    return begins, goes_on


def may_join(token: bytes, boundary: Boundary) -> bool:
    """Whether a merged token may stand for these bytes."""
    if boundary == "phrases":
        return b"\n" not in token and b"\r" not in token
    return not _spaced(token[1:]) and (token[:1] == b" " or not _spaced(token))


def _spaced(token: bytes) -> bool:
    return any(byte in _SPACES for byte in token)
