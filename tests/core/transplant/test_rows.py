"""Combinations of rows, their application, and the moments of a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.jobs.context import Context
from core.transplant.rows import Rows, apply, mean_row, moments


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def test_that_mean_and_deviation_are_the_known_ones() -> None:
    table = torch.tensor([[1.0, 0], [3, 0], [1, 2], [3, 2]])
    mean, deviation = moments(table, torch.arange(4))
    assert mean.tolist() == [2, 1]
    assert deviation.tolist() == [1, 1]  # of the population: the sample's would be 1.1547
    assert mean_row(table, torch.tensor([0, 1])).tolist() == [2, 0]


def test_that_moments_far_from_zero_keep_their_digits() -> None:
    values = np.random.default_rng(0).standard_normal((5000, 3)) + 1000
    table = torch.from_numpy(values.astype(np.float32))
    mean, deviation = moments(table, torch.arange(5000))
    exact = table.double().numpy()
    assert np.abs(mean.double().numpy() - exact.mean(axis=0)).max() < 1e-4
    assert np.abs(deviation.numpy() - exact.std(axis=0)).max() < 1e-5


def test_that_combinations_are_sums_of_rows(ctx: Context) -> None:
    table = torch.tensor([[1.0, 0], [0, 2], [3, 3]])
    rows = Rows.combined(
        torch.tensor([[0, 2], [1, -1], [-1, -1]]), torch.tensor([[2.0, -1], [0.5, 9], [9, 9]])
    )
    assert rows.made.tolist() == [True, True, False]
    assert rows.residual.isnan().all()
    assert apply(rows, table, ctx).tolist() == [[-1, -3], [0, 1], [0, 0]]
    assert apply(rows, table.bfloat16(), ctx).dtype is torch.float32


def test_that_blocks_make_no_difference(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(0)
    table = torch.randn(50, 8, generator=generator)
    rows = Rows.combined(
        torch.randint(0, 50, (40, 5), generator=generator), torch.randn(40, 5, generator=generator)
    )
    whole = apply(rows, table, ctx)
    monkeypatch.setattr("core.transplant.rows._BLOCK", 500)
    assert torch.allclose(apply(rows, table, ctx), whole, atol=1e-6)
    expected = (rows.weights[:, :, None] * table[rows.indices.long()]).sum(dim=1)  # type: ignore[index, union-attr]
    assert torch.allclose(whole, expected, atol=1e-5)


def test_that_given_rows_stay_as_they_are(ctx: Context) -> None:
    rows = Rows.given(torch.ones(1, 3).expand(4, -1))
    assert len(rows) == 4
    assert apply(rows, torch.zeros(9, 3), ctx).tolist() == [[1, 1, 1]] * 4


def test_that_parts_are_joined_in_order() -> None:
    one = Rows.combined(torch.tensor([[1, 2]]), torch.tensor([[0.5, 0.5]]), residual=torch.tensor([0.1]))
    two = Rows.combined(torch.tensor([[3, -1]]), torch.tensor([[1.0, 0]]), residual=torch.tensor([0.2]))
    both = Rows.joined([one, two])
    assert both.indices is not None
    assert both.indices.tolist() == [[1, 2], [3, -1]]
    assert both.residual.tolist() == pytest.approx([0.1, 0.2])
