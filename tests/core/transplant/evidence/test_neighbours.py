"""Whether new tokens keep the company they had in the donor."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.jobs.context import Context
from core.transplant.evidence.neighbours import neighbours_kept
from core.transplant.rows import Anchors, Rows
from tests.core.transplant.methods.tasks import normal, task


def test_that_a_turned_donor_keeps_all_neighbours(tmp_path: Path) -> None:
    donor = normal(130, 8)
    turn = torch.linalg.qr(normal(8, 8, seed=1))[0]
    given = task(
        table=(donor[:100] @ turn).flip(0),
        used=torch.arange(100),
        donor=donor,
        targets=torch.arange(100, 130),
        anchors=Anchors(torch.arange(100).flip(0), torch.arange(100)),
    )
    ctx = Context(workdir=tmp_path)
    found = neighbours_kept(given, Rows.given(donor[100:] @ turn), ctx)
    assert found is not None
    assert (found.matrix, found.tokens, found.share) == ("input", 30, pytest.approx(1))
    by_chance = neighbours_kept(given, Rows.given(normal(30, 8, seed=9)), ctx)
    assert by_chance is not None
    assert by_chance.share < 0.3


def test_that_only_made_rows_count(tmp_path: Path) -> None:
    made = torch.tensor([True] * 4 + [False] * 6)
    rows = Rows.combined(torch.zeros(10, 1), torch.ones(10, 1), made=made)
    found = neighbours_kept(task(), rows, Context(workdir=tmp_path))
    assert found is not None
    assert found.tokens == 4


def test_that_without_a_donor_there_is_nothing_to_keep(tmp_path: Path) -> None:
    assert neighbours_kept(task(donor=None), Rows.given(normal(10, 6)), Context(workdir=tmp_path)) is None
