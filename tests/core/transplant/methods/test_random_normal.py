"""Random rows with the base's moments, each from a stream of its own."""

from __future__ import annotations

from pathlib import Path

import torch

from core.transplant.methods.random_normal import RandomNormal, stream_key
from tests.core.transplant.methods.tasks import made, normal, task


def drawn(folder: Path, **fields: object) -> torch.Tensor:
    return made(RandomNormal(), task(**fields), folder)[1]


def test_that_the_moments_are_the_bases_in_each_dimension(tmp_path: Path) -> None:
    table = normal(500, 6) * torch.tensor([0.1, 1, 2, 3, 0.5, 0]) + torch.arange(6)
    many = drawn(
        tmp_path, table=table, used=torch.arange(500), targets=torch.arange(4000), target_bytes=[b""] * 4000
    )
    assert torch.allclose(many.mean(dim=0), table.mean(dim=0), atol=0.15)
    assert torch.allclose(many.std(dim=0), table.std(dim=0, correction=0), rtol=0.05, atol=1e-4)
    assert (many[:, 5] == many[0, 5]).all()  # no spread in the base, none here


def test_that_neither_order_nor_company_changes_a_row(tmp_path: Path) -> None:
    forwards = drawn(tmp_path)
    backwards = drawn(tmp_path, targets=torch.arange(20, 30).flip(0))
    alone = drawn(tmp_path, targets=torch.tensor([27]), target_bytes=[b""])
    assert torch.equal(forwards, backwards.flip(0))
    assert torch.equal(alone[0], forwards[7])


def test_that_seeds_and_matrices_draw_apart(tmp_path: Path) -> None:
    rows = [drawn(tmp_path), drawn(tmp_path, seed=1), drawn(tmp_path, matrix="head")]
    assert not any(torch.equal(rows[i], rows[j]) for i in range(3) for j in range(i))
    assert (
        len({stream_key(seed, m, row) for seed in range(3) for m in ("input", "head") for row in range(9)})
        == 54
    )
