"""Intervals of parity, with and without documents that are paired."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.compare.result import Figure
from core.tokenizers.compare.run import compare_tokenizers
from tests.core.tokenizers.compare.measured import byte_level

LENGTHS = [3, 50, 8, 120, 21, 5, 77, 33, 14, 60, 2, 41]


def parity(folder: Path, lengths: list[int], pivot: list[int], seed: int = 0) -> Figure:
    """Of texts with documents of so many tokens."""
    for name, some in (("eng", pivot), ("xyz", lengths)):
        (folder / f"{name}.txt").write_text("".join("a" * (many - 1) + "\n" for many in some))
    found = compare_tokenizers(
        tokenizers=[byte_level(folder).path],
        text=[folder / "eng.txt", folder / "xyz.txt"],
        documents="lines",
        throughput=False,
        seed=seed,
    )
    return next(row for row in found.rows if row.text == "xyz").figures["parity"]


def test_that_documents_as_many_as_the_pivots_are_drawn_in_pairs(tmp_path: Path) -> None:
    figure = parity(tmp_path, [2 * length for length in LENGTHS], LENGTHS)
    assert (figure.value, figure.low, figure.high) == (2, 2, 2)


def test_that_other_documents_are_drawn_apart(tmp_path: Path) -> None:
    figure = parity(tmp_path, [2 * length for length in LENGTHS[:-1]] + [40, 42], LENGTHS)
    assert figure.value == 2
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 1.8 < 2.2 < figure.high


def test_that_a_text_of_one_document_stays_as_it_is(tmp_path: Path) -> None:
    one = parity(tmp_path, [100], LENGTHS)
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.value < one.high
    assert parity(tmp_path, [100], [50]) == Figure(value=2)


def test_that_the_seed_decides_the_interval(tmp_path: Path) -> None:
    lengths = [*LENGTHS, 9]
    assert parity(tmp_path, lengths, LENGTHS) == parity(tmp_path, lengths, LENGTHS)
    assert parity(tmp_path, lengths, LENGTHS).low != pytest.approx(parity(tmp_path, lengths, LENGTHS, 1).low)
