"""Intervals of the cost, resampled in pairs."""

from __future__ import annotations

import numpy as np
import pytest

from core.transplant.evaluate import Passage, Scored
from core.transplant.evidence.intervals import intervals
from core.transplant.texts import Slice


def scored(bits: np.ndarray) -> Scored:
    """Tokens of 500 bytes."""
    count = len(bits)
    return Scored(Passage.cut([0] * count, [500 * (i + 1) for i in range(count)], 500 * count), bits)


def slices(*names: str) -> list[Slice]:
    return [Slice(name, ("",)) for name in names]


def test_that_an_interval_holds_the_mean_and_narrows_with_the_text() -> None:
    source = np.random.default_rng(1)
    widths = []
    for count in (80, 1_280):
        before = source.normal(1_000, 200, count)
        after = before + source.normal(100, 50, count)
        found = intervals(slices("a"), [[scored(before)]], [[scored(after)]], seed=0)
        low, high = found["a"]
        assert low < (after - before).sum() / (500 * count) < high
        assert found["all"] == found["a"]
        widths.append(high - low)
    assert widths[1] < widths[0] / 2.5


def test_that_the_pairs_are_kept_together() -> None:
    before = np.random.default_rng(2).normal(1_000, 400, 60)
    low, high = intervals(slices("a"), [[scored(before)]], [[scored(before + 50)]], seed=0)["a"]
    assert low == pytest.approx(0.1)
    assert high == pytest.approx(0.1)


def test_that_it_is_near_the_analytic_interval() -> None:
    source = np.random.default_rng(3)
    before, added = source.normal(500, 100, 400), source.normal(50, 100, 400)
    low, high = intervals(slices("a"), [[scored(before)]], [[scored(before + added)]], seed=0)["a"]
    blocks = added.reshape(-1, 2).sum(axis=1) / 1_000
    half = 1.96 * blocks.std(ddof=1) / np.sqrt(len(blocks))
    assert low == pytest.approx(blocks.mean() - half, abs=0.15 * half)
    assert high == pytest.approx(blocks.mean() + half, abs=0.15 * half)


def test_that_a_short_slice_has_none_but_counts_in_the_whole() -> None:
    long, short = np.full(40, 100.0), np.full(2, 100.0)
    before = [[scored(long)], [scored(short)]]
    after = [[scored(2 * long)], [scored(12 * short)]]
    found = intervals(slices("long", "short"), before, after, seed=0)
    assert list(found) == ["long", "all"]
    assert found["all"][0] == pytest.approx((40 * 100 + 2 * 1_100) / (42 * 500))


def test_that_the_seed_alone_decides() -> None:
    bits = np.random.default_rng(4).normal(1_000, 200, 40)
    twice = [intervals(slices("a"), [[scored(bits)]], [[scored(bits**1.1)]], seed=5) for _ in range(2)]
    assert twice[0] == twice[1]
    assert twice[0] != intervals(slices("a"), [[scored(bits)]], [[scored(bits**1.1)]], seed=6)


def test_that_no_text_has_no_interval() -> None:
    assert intervals([], [], [], seed=0) == {}
