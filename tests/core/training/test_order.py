"""Which tokens a step sees."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from core.training.order import sequences


def test_that_a_step_always_sees_the_same() -> None:
    tokens = torch.arange(1000)
    again = [sequences(tokens, 9, 5, 40, seed=3) for _ in range(2)]
    assert torch.equal(*again)
    assert not torch.equal(again[0], sequences(tokens, 9, 5, 41, seed=3))
    assert not torch.equal(again[0], sequences(tokens, 9, 5, 40, seed=4))


@pytest.mark.parametrize("size", [9, 10, 17, 18, 100, 101])
@pytest.mark.parametrize("batch", [1, 3, 20])
def test_that_sequences_are_neighbouring_tokens(size: int, batch: int) -> None:
    for step in range(6):
        rows = sequences(torch.arange(size), 9, batch, step, seed=0)
        assert rows.shape == (batch, 9)
        assert torch.equal(rows, rows[:, :1] + torch.arange(9))
        assert int(rows.max()) < size


def test_that_each_pass_tells_every_token_at_most_once_and_nearly_all() -> None:
    size, length = 1000, 9
    per_pass = (size - length - (length - 1)) // (length - 1) + 1
    told: list[Counter[int]] = []
    for number in range(3):
        rows = torch.cat(
            [
                sequences(torch.arange(size), length, 1, number * per_pass + step, seed=5)
                for step in range(per_pass)
            ]
        )
        told.append(Counter(rows[:, 1:].flatten().tolist()))
    assert all(set(counts.values()) == {1} for counts in told)
    assert all(len(counts) >= size - 2 * length for counts in told)
    assert set(told[0]) != set(told[1]) or set(told[1]) != set(told[2])  # another start each time


def test_that_a_batch_reaches_from_one_pass_into_the_next() -> None:
    tokens = torch.arange(30)
    one_by_one = [sequences(tokens, 9, 1, step, seed=0)[0] for step in range(12)]
    together = [sequences(tokens, 9, 4, step, seed=0) for step in range(3)]
    assert torch.equal(torch.stack(one_by_one), torch.cat(together))
