"""Parts of vectors kept once where they are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Which


def coded(
    vectors: NDArray[np.float32], m: int, tolerance: float, bits: int, ctx: Context
) -> dict[str, NDArray[Any]]:
    """``kept``: (parts kept, ⌈d/m⌉) float32, ``pointers``: (n, m), to the part that stands for each.

    Parts are hashed by `bits` random planes; of those with the same hash the first stands for all that are
    nearer to it than `tolerance` times their length, then the first of the rest, and so on.

    Raises:
        UserError: more parts than numbers.
    """
    count, width = vectors.shape
    if m > width:
        raise UserError(f"Vectors of {width} numbers cannot be cut into {m} parts.", field="codec")
    size = -(-width // m)
    wide = np.zeros((count, m * size), np.float32)
    wide[:, :width] = vectors
    pieces = wide.reshape(count * m, size)
    planes = np.random.default_rng(ctx.seed).standard_normal((size, bits)).astype(np.float32)
    hashes = (pieces @ planes > 0) @ (1 << np.arange(bits, dtype=np.int64))
    order = np.argsort(hashes, kind="stable")
    ends = np.flatnonzero(np.diff(hashes[order])) + 1
    stands_for = np.arange(len(pieces))
    for number, members in enumerate(np.split(order, ends)):
        if number % 64 == 0:
            ctx.progress(number, len(ends) + 1, "Finding likeness")
        _stand(members, pieces, tolerance, stands_for, ctx)
    kept, pointers = np.unique(stands_for, return_inverse=True)
    kind = np.uint16 if len(kept) <= 2**16 else np.uint32
    return {
        "kept": pieces[kept],
        "pointers": pointers.reshape(count, m).astype(kind),
        "width": np.array(width),
    }


def _stand(
    members: NDArray[np.int64],
    pieces: NDArray[np.float32],
    tolerance: float,
    stands_for: NDArray[np.int64],
    ctx: Context,
) -> None:
    """Let the first ones of `members` stand for those that are like them, in `stands_for`."""
    left = members
    while len(left) > 1:
        ctx.check()
        first = left[0]
        gaps = np.linalg.norm(pieces[left] - pieces[first], axis=1)
        alike = gaps <= tolerance * np.linalg.norm(pieces[left], axis=1)
        alike[0] = True
        stands_for[left[alike]] = first
        left = left[~alike]


class Deduplicated(Compressed):
    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]]) -> None:
        super().__init__(line, parts, count=len(parts["pointers"]), width=int(parts["width"]))

    def decoded(self, which: Which) -> NDArray[np.float32]:
        pointers = self.parts["pointers"][which]
        vectors = self.parts["kept"][pointers].reshape(len(pointers), -1)
        return np.ascontiguousarray(vectors[:, : self.width])

    def diagnostics(self) -> dict[str, float]:
        """``kept``: the share of parts that are kept."""
        return {"kept": len(self.parts["kept"]) / max(1, self.parts["pointers"].size)}
