"""The penalty on rows that move: its known value, and its gradient where nothing has moved yet."""

from __future__ import annotations

import pytest
import torch

from core.heal.weights import Penalty


def test_that_the_penalty_is_the_norm_and_not_its_square() -> None:
    """TokenLearning (arXiv 2506.14248): W = P + [0.3, 0.4] with strength 0.01 costs 0.005."""
    weight = torch.tensor([[0.5, 0.5]])
    penalty = Penalty([weight], None, 0.01)
    weight += torch.tensor([[0.3, 0.4]])
    assert float(penalty()) == pytest.approx(0.005, rel=1e-6)


def test_that_rows_that_do_not_count_and_other_matrices_are_taken_into_account() -> None:
    one, other = torch.zeros(3, 2), torch.zeros(3, 1)
    penalty = Penalty([one, other], torch.tensor([2]), 2.0)
    one[0] += 100
    one[2] += torch.tensor([1.0, 2.0])
    other[2] += 2
    assert float(penalty()) == pytest.approx(2 * 3)


def test_that_nothing_moved_has_a_gradient_of_zero() -> None:
    weight = torch.ones(4, 3, requires_grad=True)
    Penalty([weight], None, 0.01)().backward()
    assert torch.equal(weight.grad, torch.zeros(4, 3))
