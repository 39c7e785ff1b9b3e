"""Multivariate normal: its moments, and its independence of order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from core.jobs.context import Context
from core.transplant.methods.multivariate_normal import MultivariateNormal, gaussian
from tests.core.transplant.methods.tasks import made, normal, task

EXAMPLE = torch.tensor([[2.0, 0], [0, 0], [4, 2], [2, 2], [2, 1]])


def test_the_known_factor(tmp_path: Path) -> None:
    mean, lower = gaussian(EXAMPLE, torch.arange(5), Context(workdir=tmp_path))
    assert mean.tolist() == [2, 1]
    torch.testing.assert_close(lower, torch.tensor([[1.26491106, 0], [0.63245553, 0.63245553]]))
    z = torch.tensor([1.0, -1.0])
    torch.testing.assert_close(mean + lower @ z, torch.tensor([3.26491106, 1.0]))
    torch.testing.assert_close(mean + 1e-5**0.5 * (lower @ z), torch.tensor([2.004, 1.0]))


def test_that_the_draws_have_the_mean_and_the_covariance_of_the_table(tmp_path: Path) -> None:
    table = normal(500, 3) @ torch.tensor([[2.0, 0, 0], [1, 1, 0], [0, 0, 0.1]]) + 5
    many = task(
        table=table, used=torch.arange(500), targets=torch.arange(20_000), target_bytes=[b"x"] * 20_000
    )
    _, values = made(MultivariateNormal(), many, tmp_path)
    np.testing.assert_allclose(values.mean(dim=0), table.mean(dim=0), atol=0.05)
    np.testing.assert_allclose(np.cov(values.T), np.cov(table.T, ddof=0), atol=0.1)


def test_that_more_dimensions_than_rows_will_do(tmp_path: Path) -> None:
    given = task(table=normal(4, 6), used=torch.arange(4))
    assert made(MultivariateNormal(), given, tmp_path)[1].isfinite().all()


def test_that_a_table_of_equal_rows_gives_that_row(tmp_path: Path) -> None:
    given = task(table=torch.ones(4, 6), used=torch.arange(4))
    torch.testing.assert_close(made(MultivariateNormal(), given, tmp_path)[1], torch.ones(10, 6))


def test_that_each_row_has_its_own_stream(tmp_path: Path) -> None:
    _, all_rows = made(MultivariateNormal(), task(), tmp_path)
    some = task(targets=torch.tensor([25, 22]), target_bytes=[b"x"] * 2)
    _, two = made(MultivariateNormal(), some, tmp_path)
    torch.testing.assert_close(two, all_rows[[5, 2]])
    assert not torch.equal(made(MultivariateNormal(), task(seed=1), tmp_path)[1], all_rows)
