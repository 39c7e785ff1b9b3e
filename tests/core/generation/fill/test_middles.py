"""Fillings of a gap, against their posterior by enumeration."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from core.errors import UserError
from core.generation.fill.middles import Middles, greedily
from core.jobs.context import Context
from tests.core.generation.table_bytes import TableBytes, letters

A, B = letters(a=0.8, b=0.2), letters(a=0.3, b=0.5, c=0.2)
"""After an a (and at first), and after anything else."""


def chain() -> TableBytes:
    return TableBytes(lambda data: A if data[-1:] in (b"", b"a") else B)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def chance(text: bytes) -> float:
    model = chain()
    try:
        return math.exp(model.read(model.start(), text).log_probability)
    except UserError:
        return 0.0


def test_that_shares_come_near_the_posterior(ctx: Context) -> None:
    model = chain()
    middles = Middles(model, model.read(model.start(), b"ab"), b"ca", ctx)
    for number in range(600):
        middles.draw(number, 2)
    strings = ["", *"abc", *(one + two for one in "abc" for two in "abc")]
    worth = {text: chance(b"ab" + text.encode() + b"ca") for text in strings}
    shares = {one.text: one.share for one in middles.candidates(100)}
    assert sum(shares.values()) == pytest.approx(1)
    for text, value in worth.items():
        assert shares.get(text, 0) == pytest.approx(value / sum(worth.values()), abs=0.04)
    best = middles.candidates(1)[0]
    assert 2**best.suffix == pytest.approx(
        chance(b"ab" + best.text.encode() + b"ca") / chance(b"ab" + best.text.encode())
    )
    assert 2**best.middle == pytest.approx(chance(b"ab" + best.text.encode()) / chance(b"ab"))


def test_that_what_is_drawn_from_another_law_is_weighed_against_it(ctx: Context) -> None:
    """A model that was told of the gap writes the middle, and ends it."""
    told = TableBytes(lambda data: letters(a=0.4, b=0.3, c=0.2, end=0.1) if not data else letters(end=1.0))
    model = chain()
    middles = Middles(model, model.read(model.start(), b"ab"), b"c", ctx)
    for number in range(800):
        middles.draw_from(told, told.start(), number, 4)
    worth = {text: chance(b"ab" + text.encode() + b"c") for text in ("", "a", "b", "c")}
    shares = {one.text: one.share for one in middles.candidates(100)}
    for text, value in worth.items():
        assert shares.get(text, 0) == pytest.approx(value / sum(worth.values()), abs=0.05)


def test_that_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    def drawn(seed: int) -> list[tuple[str, float]]:
        model = chain()
        middles = Middles(model, model.read(model.start(), b"ab"), b"c", Context(workdir=tmp_path, seed=seed))
        for number in range(3):
            middles.draw(number, 6)
        return [(one.text, one.share) for one in middles.candidates(100)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_that_a_greedy_text_is_cut_where_it_leads_on_best(ctx: Context) -> None:
    model = chain()
    before = model.read(model.start(), b"ab")
    assert greedily(model, before, 4, ctx) == b"bbbb"
    text, suffix = Middles(model, before, b"aa", ctx).leads(b"ab")
    assert text == "a"
    assert 2**suffix == pytest.approx(0.8 * 0.8)


def test_that_a_gap_that_nothing_leads_over_is_told(ctx: Context) -> None:
    model = chain()
    middles = Middles(model, model.start(), b"x", ctx)
    middles.draw(0, 3)
    with pytest.raises(UserError, match="No middle was found"):
        middles.candidates(3)
