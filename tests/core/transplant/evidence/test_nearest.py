"""Neighbours by cosine, beside brute force."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.jobs.context import Context
from core.transplant.evidence import nearest as module
from core.transplant.evidence.nearest import nearest, overlap
from tests.core.transplant.methods.tasks import normal


@pytest.mark.parametrize("block", [1, 200, 2**22])
def test_that_neighbours_are_those_of_brute_force(
    block: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    table, rows = normal(90, 5), normal(7, 5, seed=1)
    ids = torch.arange(3, 90, 2)
    own = torch.tensor([3, 5, 7, 9, 11, 13, -1])
    found = nearest(rows, table, ids, own, Context(workdir=tmp_path), "Looking")
    cosines = torch.nn.functional.cosine_similarity(rows[:, None], table[None], dim=2)
    for row in range(7):
        allowed = [id for id in ids.tolist() if id != own[row]]
        best = sorted(allowed, key=lambda id: -float(cosines[row, id]))[:10]
        assert found[row].tolist() == best


def test_that_few_tokens_leave_places_empty(tmp_path: Path) -> None:
    table = normal(4, 5)
    found = nearest(table, table, torch.arange(4), torch.arange(4), Context(workdir=tmp_path), "Looking")
    assert (found >= 0).sum(dim=1).tolist() == [3] * 4


def test_that_overlap_is_the_share_of_the_first() -> None:
    one = torch.tensor([[1, 2, 3, -1], [1, 2, 3, 4], [-1, -1, -1, -1]])
    other = torch.tensor([[3, 9, 1, -1], [5, 6, 7, 8], [1, 2, 3, 4]])
    assert overlap(one, other).tolist() == pytest.approx([2 / 3, 0, 0])
