"""Vectors made length 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TINY = 1e-12


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n, d) float32, each of length 1, in memory of its own; zeros stay zeros."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(lengths, _TINY)[:, None], dtype=np.float32)
