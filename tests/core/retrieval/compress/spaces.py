"""Vectors to be put into codes, made for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context


def clustered(count: int, width: int, seed: int = 0, groups: int = 50) -> NDArray[np.float32]:
    """Vectors of length 1 around some middles, with less and less spread along the dimensions."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(groups, width))
    drawn = middles[random.integers(groups, size=count)] + random.normal(size=(count, width))
    return unit(drawn * np.arange(1, width + 1) ** -0.4)


def asked(vectors: NDArray[np.float32], count: int, seed: int = 1) -> NDArray[np.float32]:
    """Queries near to some of the vectors."""
    random = np.random.default_rng(seed)
    chosen = vectors[random.choice(len(vectors), count, replace=False)]
    return unit(chosen + 0.5 * random.normal(size=chosen.shape) * chosen.std())


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def context(folder: Path, seed: int = 0) -> Context:
    return Context(workdir=folder, seed=seed)
