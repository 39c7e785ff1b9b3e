"""How much of the neighbourhoods a map keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.jobs.context import Context
from core.retrieval.search.exact import Exact

NEAREST = 10
_ASKED = 2000


def neighbours_kept(
    vectors: NDArray[np.float32],
    points: NDArray[np.float32],
    ctx: Context,
    *,
    similarity: str = "cosine",
) -> float:
    """The share of the 10 nearest by the vectors that are among the 10 nearest on the plane, over up to 2,000
    rows, evenly spread.

    Args:
        vectors: (n, d); points: (n, 2).
    """
    if len(points) <= 1:
        return 1.0
    asked = np.unique(np.linspace(0, len(points) - 1, min(len(points), _ASKED)).astype(int))
    most = min(NEAREST, len(points) - 1)
    index = Exact(vectors, np.arange(len(vectors)), similarity=similarity)
    rows = np.ascontiguousarray(vectors[asked], dtype=np.float32)
    near, _ = index.search(rows, most, ctx, barred=asked, stage="Comparing neighbours")
    _, drawn = cKDTree(points).query(points[asked], k=most + 1)
    hits = 0
    for own, found, shown in zip(asked.tolist(), near, drawn, strict=True):
        others = [place for place in shown.tolist() if place != own][:most]
        hits += len(set(found.tolist()) & set(others))
    return hits / (most * len(asked))
