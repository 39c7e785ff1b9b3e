"""A task for a method, without models: a table, anchors and targets as a test wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.jobs.context import Context
from core.transplant.methods.method import Method
from core.transplant.rows import Anchors, Rows, Task, apply


def normal(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32))


def task(**fields: Any) -> Task:
    """20 base rows of width 6, 30 donor rows of width 8; the first 12 are anchors, the last 10 targets."""
    given: dict[str, Any] = {
        "matrix": "input",
        "table": normal(20, 6),
        "used": torch.arange(20),
        "targets": torch.arange(20, 30),
        "target_bytes": [b"x"] * 10,
        "donor": normal(30, 8, seed=1),
        "anchors": Anchors(torch.arange(12).flip(0), torch.arange(12)),
        "pieces": lambda data: [1],
    }
    return Task(**(given | fields))


def made(method: Method, given: Task, folder: Path) -> tuple[Rows, torch.Tensor]:
    """The method's answer, and the rows it makes of the task's own table."""
    ctx = Context(workdir=folder)
    rows = method.rows(given, ctx)
    return rows, apply(rows, given.table, ctx)
