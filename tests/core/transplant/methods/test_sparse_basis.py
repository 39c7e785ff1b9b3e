"""Sparse token basis: coordinates are kept between spaces whose anchors correspond."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.methods.sparse_basis import SparseBasis
from core.transplant.rows import Anchors
from tests.core.transplant.methods.tasks import made, normal, task


@pytest.mark.parametrize("base_width", [6, 8, 11])
def test_that_a_linear_map_between_the_spaces_is_found(tmp_path: Path, base_width: int) -> None:
    donor = normal(80, 8) + 3
    if base_width < 8:  # then only what the base can tell apart can be kept
        donor = normal(80, base_width) @ normal(base_width, 8, seed=4) + 3
    base = donor @ normal(8, base_width, seed=2) + normal(1, base_width, seed=3)
    ids = torch.arange(60)
    given = task(
        table=base[:60], donor=donor, anchors=Anchors(ids, ids),
        targets=torch.arange(60, 80), target_bytes=[b"x"] * 20,
    )  # fmt: skip
    rows, values = made(SparseBasis(k=4, ridge=0), given, tmp_path)
    torch.testing.assert_close(values, base[60:], atol=1e-3, rtol=1e-3)
    assert (rows.residual < 1e-4).all()
    held, near = made(SparseBasis(k=4), given, tmp_path)
    assert (near - base[60:]).norm() < 0.05 * base[60:].norm()
    assert held.residual.mean() > rows.residual.mean()


def test_that_the_residual_is_what_the_narrower_space_cannot_say(tmp_path: Path) -> None:
    rows, _ = made(SparseBasis(k=3), task(table=normal(20, 2)), tmp_path)
    assert ((rows.residual > 0.1) & (rows.residual <= 1)).all()
    assert rows.dense is not None
    assert rows.dense.shape == (10, 2)


def test_that_too_few_anchors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs at least 13 anchors"):
        SparseBasis(k=13).rows(task(), Context(workdir=tmp_path))
