"""Batches of like lengths, and texts with the same tokens."""

from __future__ import annotations

import numpy as np
import pytest

from core.encoders.batches import batches, representatives
from core.encoders.tokens import Tokens


def tokens(*texts: list[int], pooled: list[tuple[int, int]] | None = None) -> Tokens:
    lengths = [len(text) for text in texts]
    return Tokens(
        np.array([id for text in texts for id in text], dtype=np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array(pooled or [(0, length) for length in lengths], dtype=np.int32).reshape(-1, 2),
        np.zeros(len(texts), dtype=bool),
    )


@pytest.mark.parametrize("budget", [1, 7, 64, 1000])
def test_that_batches_keep_to_the_budget_and_leave_nothing_out(budget: int) -> None:
    lengths = np.random.default_rng(0).integers(0, 30, 200)
    found = list(batches(lengths, budget))
    order = np.concatenate(found)
    assert sorted(order.tolist()) == np.flatnonzero(lengths).tolist()
    assert (np.diff(lengths[order]) <= 0).all(), "the longest first"
    assert all(len(rows) == 1 or len(rows) * lengths[rows].max() <= budget for rows in found)


def test_that_nothing_is_no_batch() -> None:
    assert list(batches(np.zeros(3, dtype=np.int64), 10)) == []
    assert list(batches(np.zeros(0, dtype=np.int64), 10)) == []


def test_that_the_first_of_equal_texts_stands_for_them() -> None:
    found = representatives(tokens([1, 2], [2, 1], [], [1, 2], [1, 2, 3], [2, 1], []))
    assert found.tolist() == [0, 1, 2, 0, 4, 1, 6]


def test_that_texts_pooled_differently_are_not_equal() -> None:
    found = representatives(tokens([1, 2], [1, 2], [1, 2], pooled=[(0, 2), (1, 2), (0, 2)]))
    assert found.tolist() == [0, 1, 0]


def test_that_many_texts_are_told_apart() -> None:
    source = np.random.default_rng(0)
    texts = [source.integers(0, 5, length).tolist() for length in source.integers(0, 6, 40_000)]
    seen: dict[tuple[int, ...], int] = {}
    expected = [seen.setdefault(tuple(text), place) if text else place for place, text in enumerate(texts)]
    assert representatives(tokens(*texts)).tolist() == expected
