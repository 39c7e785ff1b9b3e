"""Parity, by known answers."""

from __future__ import annotations

import numpy as np
import pytest

from core.tokenizers.compare.parity import mean_parity, parity


@pytest.mark.parametrize(
    ("pivot", "tokens", "of_sums", "of_ratios"),
    [([20], [30], 1.5, 1.5), ([10, 10], [10, 20], 1.5, 1.5), ([5, 15], [10, 20], 1.5, (2 + 4 / 3) / 2)],
)
def test_that_parity_of_sums_and_of_ratios_are_the_known_ones(
    pivot: list[int], tokens: list[int], of_sums: float, of_ratios: float
) -> None:
    assert parity(np.array(tokens), np.array(pivot)) == pytest.approx(of_sums, abs=1e-9)
    assert mean_parity(np.array(tokens), np.array(pivot)) == pytest.approx(of_ratios, abs=1e-9)


def test_that_documents_that_are_not_paired_have_a_ratio_of_sums_alone() -> None:
    tokens, pivot = np.array([10, 20, 30]), np.array([20, 20])
    assert parity(tokens, pivot) == 1.5
    assert mean_parity(tokens, pivot) is None


def test_that_an_empty_pivot_has_no_parity() -> None:
    assert parity(np.array([3]), np.array([0])) is None
    assert mean_parity(np.array([3, 4]), np.array([0, 1])) is None
    assert mean_parity(np.zeros(0, np.int64), np.zeros(0, np.int64)) is None
