"""Mean rows, and why they are safe in a head."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from core.transplant.methods.mean import Mean
from core.transplant.methods.zero import Zero
from tests.core.transplant.methods.tasks import made, task


def test_that_every_row_is_the_mean_of_the_used_ones(tmp_path: Path) -> None:
    given = task(table=torch.tensor([[1.0, 0], [3, 0], [1, 2], [99, 99]]), used=torch.arange(3))
    values = made(Mean(), given, tmp_path)[1]
    assert torch.allclose(values, torch.tensor([[5 / 3, 2 / 3]]).expand(10, -1))


def test_that_a_mean_row_takes_little_probability_and_a_zero_row_nearly_all(tmp_path: Path) -> None:
    head = torch.tensor([[-9.0], [-10.0], [-11.0]])  # so that the logits of the state (1) are these
    given = task(table=head, used=torch.arange(3), targets=torch.arange(1), target_bytes=[b""])
    before = head[:, 0].log_softmax(0)

    def divergence(row: torch.Tensor) -> float:
        after = torch.cat([head, row])[:, 0].log_softmax(0)[:3]
        return float((before.exp() * (before - after)).sum())

    assert divergence(made(Mean(), given, tmp_path)[1]) == pytest.approx(0.21891741, abs=1e-6)
    assert divergence(made(Mean(), given, tmp_path)[1]) <= math.log(4 / 3)
    assert divergence(made(Zero(), given, tmp_path)[1]) == pytest.approx(8.59257953, abs=1e-5)
