"""A map without an encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.jobs.context import Context
from core.retrieval.map.result import MapResult
from core.retrieval.map.write import write_map


def drawn(folder: Path, count: int = 300) -> MapResult:
    """Clusters of documents and two queries: the first has three relevant documents, one of them missed."""
    random = np.random.default_rng(0)
    centres = random.uniform(-8, 8, (6, 2))
    which = np.arange(count) % 6
    points = (centres[which] + 0.7 * random.standard_normal((count, 2))).astype(np.float32)
    collection = Collection(
        "made up",
        folder,
        MemoryTexts(
            [f"d{n}" for n in range(count)],
            [f"The text of document {n}, about theme {n % 6}." for n in range(count)],
            [f"Document {n}" if n % 2 == 0 else "" for n in range(count)],
        ),
        MemoryTexts(["q0", "q1"], ["wings in supersonic flow", "nobody judged this"]),
        {"q0": {"d0": 2, "d6": 1, "d7": 1, "d12": 0}},
    )
    asked = np.array([centres[0], centres[1]], dtype=np.float32)
    near = np.array([[0, 6, 12, 18], [1, 7, 13, -1]])
    write_map(folder, collection, np.arange(count), points, asked, near, Context(workdir=folder))
    return MapResult(
        out=str(folder),
        collection="made up",
        encoder="minilm",
        method="umap",
        documents=count,
        queries=2,
        laid_out=count,
        width=384,
        preserved=0.31,
        chance=10 / (count - 1),
    )
