from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from core.errors import UserError
from core.generation.decoding.draw import chance, draw

LAW = torch.tensor([0.0, 0.5, 0.0, 0.3, 0.2, 0.0]).log()


@pytest.mark.parametrize(
    ("u", "id"), [(0.0, 1), (0.499999, 1), (0.500001, 3), (0.799999, 3), (0.800001, 4), (1 - 2**-53, 4)]
)
def test_that_chance_picks_by_the_sum_of_probabilities(u: float, id: int) -> None:
    found, logprob = draw(LAW, u)
    assert found == id
    assert logprob == pytest.approx(float(LAW[id]), abs=1e-6)


def test_that_scores_need_not_be_normalised() -> None:
    assert draw(LAW + 700, 0.6) == (3, pytest.approx(math.log(0.3), abs=1e-4))


def test_that_draws_have_the_law() -> None:
    source = chance(0, 0, 0)
    counts = Counter(draw(LAW, source.random())[0] for _ in range(20_000))
    assert set(counts) == {1, 3, 4}
    expected = {1: 10_000, 3: 6_000, 4: 4_000}
    assert sum((counts[id] - n) ** 2 / n for id, n in expected.items()) < 13.8  # χ², p = 0.001


def test_that_each_text_has_chances_of_its_own_and_the_same_ones_each_time() -> None:
    firsts = {
        (prompt, sample): chance(5, prompt, sample).random() for prompt in range(3) for sample in range(3)
    }
    assert len(set(firsts.values())) == 9
    assert chance(5, 1, 2).random() == firsts[1, 2]
    assert chance(6, 1, 2).random() != firsts[1, 2]


def test_that_nothing_left_is_said() -> None:
    with pytest.raises(UserError, match="leave no token"):
        draw(torch.full((3,), -math.inf), 0.5)
