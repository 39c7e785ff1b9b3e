"""Intervals by bootstrap over documents."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap

from core.tokenizers.compare.intervals import interval, ratio_interval, resampled_sums

RNG = np.random.default_rng


def documents(many: int) -> NDArray[np.int64]:
    """Bytes and tokens: about four bytes a token."""
    rng = RNG(1)
    tokens = rng.integers(50, 500, many)
    return np.stack([tokens * 4 + rng.integers(-40, 40, many), tokens], axis=1)


def test_that_a_figure_that_is_the_same_in_every_document_has_no_spread() -> None:
    sums = resampled_sums(np.array([[8, 2], [400, 100], [4, 1]]), 200, RNG(0))
    assert ratio_interval(sums[:, 0], sums[:, 1]) == (4, 4)


def test_that_sums_are_of_as_many_documents_as_there_are() -> None:
    sums = resampled_sums(np.stack([np.ones(30, int), np.arange(30)], axis=1), 500, RNG(0))
    assert sums.shape == (500, 2)
    assert (sums[:, 0] == 30).all()
    assert sums[:, 1].min() < 15 * 29 < sums[:, 1].max()
    assert sums[:, 1].mean() == pytest.approx(15 * 29, rel=0.02)


def test_that_the_same_seed_gives_the_same_interval() -> None:
    one, again, other = (resampled_sums(documents(40), 100, RNG(seed)) for seed in (3, 3, 4))
    assert (one == again).all()
    assert (one != other).any()


@pytest.mark.parity
def test_that_intervals_are_those_of_scipy() -> None:
    columns = documents(60)
    sums = resampled_sums(columns, 4_000, RNG(0))
    reference = bootstrap(
        (columns[:, 0], columns[:, 1]),
        lambda above, below, axis: above.sum(axis) / below.sum(axis),
        paired=True,
        method="percentile",
        n_resamples=4_000,
        rng=RNG(5),
    ).confidence_interval
    found = ratio_interval(sums[:, 0], sums[:, 1])
    assert found is not None
    width = reference.high - reference.low
    assert found == pytest.approx((reference.low, reference.high), abs=0.08 * width)


def test_that_paired_samples_tell_small_differences() -> None:
    tokens = RNG(2).integers(10, 1_000, 200)
    sums = resampled_sums(np.stack([tokens * 11, tokens * 10], axis=1), 500, RNG(0))
    apart = resampled_sums((tokens * 10)[:, None], 500, RNG(1))[:, 0]
    together, independent = ratio_interval(sums[:, 0], sums[:, 1]), ratio_interval(sums[:, 0], apart)
    assert together == pytest.approx((1.1, 1.1))
    assert independent is not None
    assert independent[0] < 1.05 < 1.15 < independent[1]


def test_that_neighbours_are_drawn_together_where_documents_are_very_many() -> None:
    columns = documents(30_011)
    sums = resampled_sums(columns, 50, RNG(0))
    figure = columns[:, 0].sum() / columns[:, 1].sum()
    low, high = ratio_interval(sums[:, 0], sums[:, 1]) or (0, 0)
    assert low < figure < high < low * 1.01


def test_that_there_is_no_interval_of_nothing() -> None:
    nothing = resampled_sums(np.zeros((0, 2), np.int64), 100, RNG(0))
    assert ratio_interval(nothing[:, 0], nothing[:, 1]) is None
    assert interval(np.array([1.0])) is None
    assert ratio_interval(np.array([1.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0])) == (1, 1)
