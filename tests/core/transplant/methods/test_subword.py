"""Subword compositions: how the pieces are weighed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.transplant.methods.retok import ReTok
from core.transplant.methods.subword import Subword, piece_weights
from tests.core.transplant.methods.tasks import made, task

TABLE = torch.tensor([[1.0, 0, 0], [0, 2, 0], [0, 0, 4], [1, 1, 1]])


def two_pieces(**fields: object) -> object:
    return task(
        table=TABLE,
        targets=torch.arange(2),
        target_bytes=[b"abcd", b""],
        pieces=lambda data: [1, 2] if data else [],
        **fields,
    )


@pytest.mark.parametrize(
    ("weights", "matrix", "row"),
    [
        ("mean", "input", [0, 1, 2]),
        ("sum", "input", [0, 2, 4]),
        ("position", "input", [0, 2 / 3, 8 / 3]),
        ("position", "head", [0, 4 / 3, 4 / 3]),
        ("first-last", "input", [0, 0, 4]),
        ("first-last", "head", [0, 2, 0]),
    ],
)
def test_that_pieces_are_weighed_as_asked(
    weights: str, matrix: str, row: list[float], tmp_path: Path
) -> None:
    rows, values = made(Subword(weights=weights), two_pieces(matrix=matrix), tmp_path)
    assert values[0].tolist() == pytest.approx(row)
    assert rows.made.tolist() == [True, False]


def test_that_lengths_weigh_by_bytes() -> None:
    assert piece_weights("length", 2, "input", [3, 1]) == [0.75, 0.25]
    assert piece_weights("length", 2, "input", [0, 0]) == [0.5, 0.5]


def test_that_retok_makes_the_rows_of_the_mean(tmp_path: Path) -> None:
    _, values = made(ReTok(), two_pieces(), tmp_path)
    assert values[0].tolist() == [0, 1, 2]
