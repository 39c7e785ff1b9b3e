"""FVT: the mean of a token's pieces."""

from __future__ import annotations

from pathlib import Path

import torch

from core.tokenizers.open import open_tokenizer
from core.transplant.methods.fvt import Fvt
from tests.core.transplant.methods.tasks import made, task
from tests.core.transplant.toys import ROLES, byte_level, trained, write_tokenizer


def test_that_the_row_is_the_mean_of_the_pieces(tmp_path: Path) -> None:
    table = torch.tensor([[1.0, 0, 0], [0, 2, 0], [0, 0, 4], [1, 1, 1]])
    pieces = {b"ab": [1, 2], b"a": [3], b"": []}
    given = task(
        table=table,
        targets=torch.arange(3),
        target_bytes=[b"ab", b"a", b""],
        pieces=lambda data: pieces[data],
    )
    rows, values = made(Fvt(), given, tmp_path)
    assert values.tolist() == [[0, 1, 2], [1, 1, 1], [0, 0, 0]]
    assert rows.made.tolist() == [True, True, False]
    assert rows.residual.isnan().all()


def test_that_a_piece_that_occurs_twice_weighs_twice(tmp_path: Path) -> None:
    table = torch.tensor([[3.0], [6.0]])
    given = task(table=table, targets=torch.arange(1), target_bytes=[b"aab"], pieces=lambda data: [0, 0, 1])
    assert made(Fvt(), given, tmp_path)[1].tolist() == [[4.0]]


def test_that_a_leading_space_makes_another_row(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(write_tokenizer(tmp_path, trained("byte-level", 600), ROLES["byte-level"]))
    table = torch.eye(600)
    given = task(
        table=table, targets=torch.arange(2), target_bytes=[b" cats", b"cats"], pieces=tokenizer.pieces
    )
    values = made(Fvt(), given, tmp_path)[1]
    assert not torch.equal(values[0], values[1])
    assert torch.allclose(values.sum(dim=1), torch.ones(2))


def test_that_half_a_character_is_made_of_its_bytes(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(write_tokenizer(tmp_path, byte_level(["a", "æ", "Ĺ", "¥"])))
    given = task(
        table=torch.eye(4), targets=torch.arange(2), target_bytes=["日".encode()[:2], "日".encode()],
        pieces=tokenizer.pieces,
    )  # fmt: skip
    values = made(Fvt(), given, tmp_path)[1]
    assert values[0].tolist() == [0, 0.5, 0.5, 0]
    assert torch.allclose(values[1], torch.tensor([0, 1, 1, 1]) / 3)


def test_that_rows_stay_between_those_they_are_made_of(tmp_path: Path) -> None:
    given = task(pieces=lambda data: [2, 5, 9])
    values = made(Fvt(), given, tmp_path)[1]
    sources = given.table[[2, 5, 9]]
    assert (values >= sources.amin(dim=0) - 1e-6).all()
    assert (values <= sources.amax(dim=0) + 1e-6).all()
