"""Poolings, by hand."""

from __future__ import annotations

import pytest
import torch

from core.encoders.pooling import POOLINGS, pool

STATES = torch.tensor([[[1.0, 8.0], [3.0, -2.0], [9.0, 9.0]], [[9.0, 9.0], [2.0, 4.0], [4.0, 2.0]]])
MASK = torch.tensor([[True, True, False], [False, True, True]])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("cls", [[1, 8], [2, 4]]),
        ("max", [[3, 8], [4, 4]]),
        ("mean", [[2, 3], [3, 3]]),
        ("mean_sqrt_len", [[4 / 2**0.5, 6 / 2**0.5], [6 / 2**0.5, 6 / 2**0.5]]),
        ("weightedmean", [[7 / 3, 4 / 3], [10 / 3, 8 / 3]]),
        ("lasttoken", [[3, -2], [4, 2]]),
    ],
)
def test_that_padding_on_either_side_does_not_count(mode: str, expected: list[list[float]]) -> None:
    torch.testing.assert_close(pool(STATES, MASK, [mode]), torch.tensor(expected, dtype=torch.float32))


def test_that_several_follow_each_other() -> None:
    assert pool(STATES, MASK, ["cls", "mean"]).shape == (2, 4)


@pytest.mark.parametrize("mode", [mode for mode in POOLINGS if mode not in ("cls", "lasttoken")])
def test_that_nothing_is_zero(mode: str) -> None:
    assert not pool(STATES, torch.zeros(2, 3, dtype=torch.bool), [mode]).any()
