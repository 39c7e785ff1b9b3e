"""Bits spread over bytes, and gathered in buckets."""

from __future__ import annotations

import numpy as np
import pytest

from core.generation.score.curve import MOST_POINTS, Buckets, spread


def test_that_a_tokens_bits_are_spread_over_its_bytes() -> None:
    found = spread([(0, 2), (2, 3)], np.array([3.0, 5.0]), 3)
    assert found.tolist() == [1.5, 1.5, 5.0]


def test_that_a_token_without_bytes_goes_with_the_next_byte() -> None:
    assert spread([(0, 0), (0, 1)], np.array([2.0, 1.0]), 1).tolist() == [3.0]
    assert spread([(0, 1), (1, 1)], np.array([2.0, 1.0]), 1).tolist() == [3.0]


def test_that_what_is_not_scored_has_no_bits() -> None:
    found = spread([(0, 1), (1, 2)], np.array([np.nan, 1.0]), 2)
    assert np.isnan(found[0])
    assert found[1] == 1.0


def test_that_buckets_grow_with_the_text_and_keep_its_mean() -> None:
    bits = np.random.default_rng(0).random(5 * MOST_POINTS + 77)
    buckets = Buckets()
    for start in range(0, len(bits), 1500):
        buckets.add(start, bits[start : start + 1500])
    assert buckets.width == 8
    points = buckets.points()
    assert len(points) == -(-len(bits) // 8)
    assert points[3] == pytest.approx(bits[24:32].mean(), abs=1e-4)
    assert points[-1] == pytest.approx(bits[len(points) * 8 - 8 :].mean(), abs=1e-4)


def test_that_a_bucket_without_a_score_is_none() -> None:
    buckets = Buckets()
    buckets.add(0, np.array([np.nan, 2.0]))
    buckets.add(4, np.array([1.0]))
    assert buckets.points() == [None, 2.0, None, None, 1.0]
