"""`ByteTrie`: the tokens in the order of their bytes, so that all that begin alike lie side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class ByteTrie:
    """A node of the trie is a range of places: tokens that share their first `depth` bytes.

    Args:
        pieces: the bytes of each token, by id; None, or nothing, for those that are no text.
    """

    def __init__(self, pieces: Sequence[bytes | None]) -> None:
        spelt = sorted((piece, id) for id, piece in enumerate(pieces) if piece)
        self.ids: NDArray[np.int64] = np.array([id for _, id in spelt], dtype=np.int64)
        """(n,) the token at each place."""
        self.pieces = [piece for piece, _ in spelt]
        self.lengths: NDArray[np.int64] = np.array([len(piece) for piece, _ in spelt], dtype=np.int64)
        self.place = {id: place for place, (_, id) in enumerate(spelt)}
        self._flat = np.frombuffer(b"".join(self.pieces), dtype=np.uint8)
        self._begin = np.concatenate([[0], np.cumsum(self.lengths)])[:-1].astype(np.int64)

    def __len__(self) -> int:
        return len(self.pieces)

    def bytes_at(self, lo: int, hi: int, depth: int) -> NDArray[np.uint8]:
        """(hi − lo,) uint8: byte `depth` of the tokens in a range, which are all longer than that."""
        return self._flat[self._begin[lo:hi] + depth]

    def child(self, lo: int, hi: int, depth: int, byte: int) -> tuple[int, int, int]:
        """Where in a node (whose tokens are longer than `depth`) those lie that have `byte` next.

        Returns:
            Begin and end; and from where on they are longer still: those before are exactly that long.
        """
        column = self.bytes_at(lo, hi, depth)
        first = lo + int(np.searchsorted(column, byte, "left"))
        last = lo + int(np.searchsorted(column, byte, "right"))
        longer = first
        while longer < last and self.lengths[longer] == depth + 1:
            longer += 1
        return first, last, longer
