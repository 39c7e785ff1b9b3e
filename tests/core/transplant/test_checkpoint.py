"""Rows that are kept for an interrupted run."""

from __future__ import annotations

from pathlib import Path

import torch

from core.transplant.checkpoint import Checkpoint
from core.transplant.rows import Rows


def rows(weight: float) -> Rows:
    return Rows.combined(torch.tensor([[0, 1]]), torch.tensor([[weight, 0.25]]), residual=torch.tensor([0.5]))


class Maker:
    def __init__(self, weight: float = 1.0) -> None:
        self.calls = 0
        self._weight = weight

    def __call__(self) -> Rows:
        self.calls += 1
        return rows(self._weight)


def test_that_rows_are_made_once_and_come_back_as_they_were(tmp_path: Path) -> None:
    make = Maker()
    first = Checkpoint(tmp_path, "digest").keep("input", 0, make)
    again = Checkpoint(tmp_path, "digest").keep("input", 0, make)
    assert make.calls == 1
    for name, value in vars(first).items():
        other = getattr(again, name)
        assert (value is None and other is None) or torch.equal(value, other)
        assert value is None or value.dtype == other.dtype


def test_that_matrices_and_places_are_told_apart(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "digest")
    make = Maker()
    for matrix, first in (("input", 0), ("head", 0), ("input", 512)):
        checkpoint.keep(matrix, first, make)
    assert make.calls == 3


def test_that_rows_of_something_else_are_removed(tmp_path: Path) -> None:
    Checkpoint(tmp_path, "one").keep("input", 0, Maker(1.0))
    found = Checkpoint(tmp_path, "two").keep("input", 0, Maker(2.0))
    assert found.weights is not None
    assert found.weights[0, 0] == 2
    make = Maker(1.0)
    Checkpoint(tmp_path, "one").keep("input", 0, make)
    assert make.calls == 1


def test_that_a_file_cut_short_is_made_again(tmp_path: Path) -> None:
    Checkpoint(tmp_path, "digest").keep("input", 0, Maker())
    [file] = tmp_path.rglob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-3])
    make = Maker()
    found = Checkpoint(tmp_path, "digest").keep("input", 0, make)
    assert make.calls == 1
    assert found.weights is not None
    assert Checkpoint(tmp_path, "digest").keep("input", 0, make).made.tolist() == [True]
    assert make.calls == 1
