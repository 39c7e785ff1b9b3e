"""Perplexity ratios, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.transplant.evaluate import Passage, Scored
from core.transplant.evidence.perplexity import perplexity_ratios
from core.transplant.texts import Slice


def scored(ends: list[int], bits: list[float]) -> Scored:
    return Scored(Passage.cut([0] * len(ends), ends, ends[-1]), np.array(bits))


def test_that_three_losses_of_two_nats_are_the_known_perplexity() -> None:
    one = scored([3, 6, 10], [2.0 / math.log(2)] * 3)
    [found, whole] = perplexity_ratios([Slice("a", ("0123456789",))], [[one]], [[one]])
    assert found.before == pytest.approx(7.38905610)
    assert (found.ratio, found.median, found.mean) == (1.0, 1.0, 1.0)
    assert whole.slice == "all"


def test_that_the_median_is_of_blocks_and_the_ratio_of_all_tokens() -> None:
    ends = [1_000, 2_000, 3_000]
    before, after = scored(ends, [1.0, 1.0, 1.0]), scored(ends, [2.0, 3.0, 7.0])
    [found, _] = perplexity_ratios([Slice("a", ("",))], [[before]], [[after]])
    assert (found.before, found.after, found.ratio) == (2.0, 16.0, 8.0)
    assert found.median == 4.0
    assert found.mean == pytest.approx((2 + 4 + 64) / 3)


def test_that_fewer_tokens_have_a_higher_perplexity_at_equal_bits_per_byte() -> None:
    before, after = scored([500, 1_000], [4.0, 4.0]), scored([1_000], [8.0])
    [found, _] = perplexity_ratios([Slice("a", ("",))], [[before]], [[after]])
    assert found.ratio == 16.0


def test_that_the_wildest_loss_is_still_a_number() -> None:
    [found, _] = perplexity_ratios([Slice("a", ("",))], [[scored([9], [1.0])]], [[scored([9], [1e6])]])
    assert np.isfinite(found.after)
    assert np.isfinite(found.mean or 0)
