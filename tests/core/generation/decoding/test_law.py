from __future__ import annotations

import math

import pytest
import torch

from core.errors import UserError
from core.generation.decoding.law import Law, until_mass


def test_that_figures_of_a_token_are_those_of_a_full_softmax() -> None:
    logits = torch.randn(3, 50, generator=torch.Generator().manual_seed(0))
    logits[:, 7] = -math.inf
    law = Law(logits, 5, "m")
    for row, (id, seen) in enumerate(zip([4, 9, 30], law.seen([4, 9, 30]), strict=True)):
        logs = logits[row].double().log_softmax(-1)
        p = logs.exp()
        assert seen.logprob == pytest.approx(float(logs[id]), abs=1e-5)
        assert seen.rank == int((logs > logs[id]).sum())
        assert seen.entropy == pytest.approx(float(-(p * p.clamp(min=1e-300).log2()).sum()), abs=1e-4)
        assert seen.top[0] == logs.topk(5).indices.tolist()
        assert seen.top[1] == pytest.approx(logs.topk(5).values.tolist(), abs=1e-5)


def test_that_tokens_of_chosen_rows_are_told() -> None:
    law = Law(torch.tensor([[0.0, 1.0], [2.0, 0.0]]), 1, "m")
    assert [seen.rank for seen in law.seen([0, 0, 1], [0, 1, 1])] == [1, 0, 1]
    assert [seen.top[0] for seen in law.seen([0, 0, 1], [0, 1, 1])] == [[1], [0], [0]]


def test_that_the_lowest_of_equals_is_best() -> None:
    assert Law(torch.zeros(2, 9_000), 0, "m").best == [0, 0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_that_no_numbers_are_said(bad: float) -> None:
    with pytest.raises(UserError, match="tiny gives no numbers"):
        Law(torch.tensor([[0.0, bad, 1.0]]), 3, "tiny")
    with pytest.raises(UserError, match="no numbers"):
        Law(torch.full((1, 4), -math.inf), 3, "tiny")


@pytest.mark.parametrize("mass", [0.01, 0.3, 0.9, 0.9999, 1.0])
def test_that_a_few_sorted_are_what_all_sorted_are(mass: float) -> None:
    scores = torch.randn(5_000, generator=torch.Generator().manual_seed(2)) * 2
    scores[100:120] = scores[3]
    p = scores.double().softmax(-1)
    order = sorted(range(5_000), key=lambda id: (-float(scores[id]), id))
    total, kept = 0.0, []
    for id in order:
        kept.append(id)
        total += float(p[id])
        if total >= mass:
            break
    assert until_mass(-scores, scores, mass).tolist() == kept
