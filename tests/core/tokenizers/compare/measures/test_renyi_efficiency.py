"""Rényi efficiency, against known answers and scipy."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import entropy

from core.tokenizers.compare.measures.renyi_efficiency import renyi_efficiency, renyi_entropy
from tests.core.tokenizers.compare.measured import byte_level, of_counts

PICKED = np.array([3, 2, 1, 1])
"""``pick @@ed pick @@l @@ed pick @@les``"""
PICKED_FINER = np.array([3, 3, 2, 2, 1])
"""``pick @@e @@d pick @@l @@e @@d pick @@l @@e @@s``"""


@pytest.mark.parametrize(
    ("alpha", "bits", "efficiency"),
    [
        (1, 1.8423709932, 0.9211854966),
        (2, 1.7078192485, 0.8539096243),
        (2.5, 1.6530129668, 0.8265064834225245),
        (3, 1.6063057003, 0.8031528501),
    ],
)
def test_that_entropy_and_efficiency_are_the_known_ones(alpha: float, bits: float, efficiency: float) -> None:
    assert renyi_entropy(PICKED, alpha) == pytest.approx(bits, abs=1e-10)
    assert renyi_efficiency(PICKED, alpha) == pytest.approx(efficiency, abs=1e-10)


@pytest.mark.parametrize(
    ("alpha", "efficiency"),
    [(1, 0.9609557934), (2, 0.9319736214), (2.5, 0.9204840242), (3, 0.9105681924)],
)
def test_that_a_finer_cut_has_the_known_efficiency(alpha: float, efficiency: float) -> None:
    assert renyi_efficiency(PICKED_FINER, alpha) == pytest.approx(efficiency, abs=1e-9)


@pytest.mark.parametrize(
    ("alpha", "vocabulary", "efficiency"),
    [
        (1, None, 0.875),
        (2, None, 0.7702841907),
        (2.5, None, 0.7301672212),
        (2.5, 16, 0.3650836106),
        (3, None, 0.6976366586),
    ],
)
def test_that_the_vocabulary_may_be_larger_than_what_occurred(
    alpha: float, vocabulary: int | None, efficiency: float
) -> None:
    counts = np.array([4, 0, 2, 1, 0, 1])
    assert renyi_efficiency(counts, alpha, vocabulary) == pytest.approx(efficiency, abs=1e-9)


@pytest.mark.parity
def test_that_order_one_is_shannons_entropy() -> None:
    counts = np.random.default_rng(0).integers(0, 50, 200)
    assert renyi_entropy(counts, 1) == pytest.approx(entropy(counts, base=2), abs=1e-12)
    assert renyi_entropy(counts, 1 + 1e-7) == pytest.approx(entropy(counts, base=2), abs=1e-5)


def test_that_orders_nought_and_infinity_are_the_number_of_tokens_and_the_commonest() -> None:
    assert renyi_entropy(PICKED, 0) == pytest.approx(2)
    assert renyi_entropy(PICKED, math.inf) == pytest.approx(-math.log2(3 / 7))
    assert renyi_entropy(PICKED, 100) == pytest.approx(-math.log2(3 / 7), rel=0.02)


def test_that_a_high_order_does_not_vanish_on_many_tokens() -> None:
    assert renyi_efficiency(np.ones(100_000, np.int64), 100) == pytest.approx(1)


def test_that_one_token_only_has_no_efficiency(tmp_path: Path) -> None:
    assert renyi_efficiency(np.array([5])) is None
    assert renyi_efficiency(np.zeros(3, np.int64)) is None
    assert renyi_entropy(np.array([5]), 2.5) == 0
    assert of_counts("renyi_efficiency", byte_level(tmp_path), "aaaaa") is None


def test_that_measures_are_of_observed_tokens_or_of_the_whole_vocabulary(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path)  # 256 bytes, and a special token that does not count
    text = "aaaabbcd"
    assert of_counts("renyi_efficiency", tokenizer, text) == pytest.approx(0.7301672212, abs=1e-9)
    assert of_counts("renyi_efficiency", tokenizer, text, alpha=3) == pytest.approx(0.6976366586, abs=1e-9)
    assert of_counts("renyi_efficiency_full", tokenizer, text) == pytest.approx(0.7301672212 / 4, abs=1e-9)
    assert of_counts("shannon_efficiency", tokenizer, text) == pytest.approx(0.875)
    assert of_counts("renyi_entropy", tokenizer, text) == pytest.approx(2 * 0.7301672212, abs=1e-9)
