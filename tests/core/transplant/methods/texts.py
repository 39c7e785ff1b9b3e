"""Tasks for methods that look at text: two small tokenizers, a table for one of them, some prose."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from core.tokenizers.open import Tokenizer, open_tokenizer
from core.transplant.matching import match
from core.transplant.rows import Anchors, Task
from tests.core.transplant.methods.tasks import normal
from tests.core.transplant.toys import ROLES, prose, trained, write_tokenizer


def opened(folder: Path, family: str, size: int, part: slice = slice(0, 12_000)) -> Tokenizer:
    return open_tokenizer(
        write_tokenizer(folder / f"{family}-{size}", trained(family, size, part), ROLES[family])
    )


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def text_task(base: Tokenizer, target: Tokenizer, **fields: Any) -> Task:
    """As a run would have it: anchors and targets by matching, pieces by the base's tokenizer."""
    matching = match(base.vocabulary, target.vocabulary)
    pairs = torch.from_numpy(matching.anchors)
    entries = target.vocabulary.entries
    targets = matching.targets
    given: dict[str, Any] = {
        "matrix": "input",
        "table": normal(base.vocabulary.size, 8),
        "used": torch.arange(base.vocabulary.size),
        "targets": torch.from_numpy(targets),
        "target_bytes": [entries[id].bytes for id in targets.tolist()],  # type: ignore[union-attr]
        "donor": None,
        "anchors": Anchors(pairs[:, 0], pairs[:, 1]),
        "pieces": base.pieces,
        "tokens": [entries[id] for id in targets.tolist()],
        "inputs": SimpleNamespace(
            base_tokenizer=base, target=target, base=SimpleNamespace(head=None, tied=True), donor=None
        ),
    }
    return Task(**(given | fields))


def prose_task(folder: Path, **fields: Any) -> Task:
    """From a Unigram of 500 tokens to a byte-level BPE of 700, over the sample prose."""
    base, target = opened(folder, "unigram", 500), opened(folder, "byte-level", 700, slice(9_000, None))
    return text_task(base, target, **{"corpus": [written(folder, "corpus.txt", prose())], **fields})


def id_of(tokenizer: Tokenizer, data: bytes) -> int:
    return next(token.id for token in tokenizer.vocabulary if token.bytes == data)


def dense(rows: Any, width: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(m, width): the weights of each row over the base's ids."""
    found = np.zeros((len(rows), width))
    for row, (ids, weights) in enumerate(zip(rows.indices.tolist(), rows.weights.tolist(), strict=True)):
        for id, weight in zip(ids, weights, strict=True):
            if id >= 0:
                found[row, id] += weight
    return found
