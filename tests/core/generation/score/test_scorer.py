"""One model's sums, by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.generation.score.scorer import Scorer
from core.generation.score.texts import Piece
from core.jobs.context import Context
from tests.core.generation.table_model import TableModel, toy_bpe


def toy(folder: Path) -> TableModel:
    """Tokens a, b, c, ab: half of the mass on the token before, a quarter on `ab` (after it, on `a`)."""

    def law(ids: tuple[int, ...]) -> dict[int, float]:
        last = ids[-1]
        second = 0 if last == 3 else 3
        return {id: {last: 0.5, second: 0.25}.get(id, 0.125) for id in range(4)}

    return TableModel(toy_bpe(folder, "abc", [("a", "b")]), law)


def scorer(model: TableModel, alternatives: int = 2) -> Scorer:
    return Scorer(model, 2, context=None, stride=None, alternatives=alternatives)


def add(one: Scorer, passage: Piece, ctx: Context) -> NDArray[np.float64]:
    return one.add(passage, one.model.tokenizer.encode(passage.text), ctx)


def test_that_bits_are_those_of_the_table(tmp_path: Path) -> None:
    model = toy(tmp_path / "t")
    model.begin = (2,)
    one = scorer(model)
    bits = add(one, Piece(0, 0, "ccaba"), Context(workdir=tmp_path))  # c c ab a
    # c after c 1 bit, again; ab after c 2 bits on two bytes; a after ab 2 bits
    assert bits.tolist() == pytest.approx([1, 1, 1, 1, 2])
    assert (one.all.bits, one.all.bytes, one.all.tokens) == (pytest.approx(6), 5, 4)
    assert one.all.bits_per_byte == pytest.approx(6 / 5)
    assert one.buckets.points() == pytest.approx([1, 1, 1, 1, 2])


def test_that_records_tell_rank_entropy_and_alternatives(tmp_path: Path) -> None:
    model = toy(tmp_path / "t")
    model.begin = (2,)
    one = scorer(model)
    add(one, Piece(0, 10, "ccaba"), Context(workdir=tmp_path))
    first, _, pair, last = one.records
    assert (first.id, first.text, first.start, first.end) == (2, "c", 10, 11)
    assert (pair.text, pair.start, pair.end, pair.rank) == ("ab", 12, 14, 1)
    assert pair.logprob == pytest.approx(math.log(0.25), abs=1e-6)
    assert pair.entropy == pytest.approx(0.5 + 0.5 + 2 * 3 / 8)
    assert [(other.text, other.logprob) for other in pair.alternatives] == [
        ("c", pytest.approx(math.log(0.5), abs=1e-6)),
        ("ab", pytest.approx(math.log(0.25), abs=1e-6)),
    ]
    assert last.rank == 1


def test_that_a_first_token_without_one_before_it_counts_nowhere(tmp_path: Path) -> None:
    one = scorer(toy(tmp_path / "t"))
    bits = add(one, Piece(0, 0, "abc"), Context(workdir=tmp_path))
    assert np.isnan(bits[:2]).all()
    assert bits[2] == pytest.approx(3)
    assert (one.all.bits, one.all.bytes, one.all.tokens) == (pytest.approx(3), 1, 1)
    assert [record.logprob is None for record in one.records] == [True, False]


def test_that_texts_are_told_apart(tmp_path: Path) -> None:
    model = toy(tmp_path / "t")
    model.begin = (2,)
    one = scorer(model)
    ctx = Context(workdir=tmp_path)
    add(one, Piece(0, 0, "c"), ctx)
    add(one, Piece(1, 1, "a"), ctx)
    assert [sums.bits for sums in one.slices] == pytest.approx([1, 3])
    assert one.all.bits_per_byte == pytest.approx(2)
    assert one.buckets.points() == pytest.approx([1, 3])
