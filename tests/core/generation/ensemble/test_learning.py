"""Learnt weights against a fine grid."""

from __future__ import annotations

import numpy as np
import pytest

from core.generation.ensemble.pooling import mixed, pooled
from core.generation.ensemble.rules.mixture import Mixture
from core.generation.ensemble.rules.product import Product
from core.generation.ensemble.rules.proxy import Proxy


def example(members: int, places: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Laws that know something of the truth, each something else."""
    source = np.random.default_rng(3)
    truth = source.integers(0, 257, places)
    scores = source.normal(size=(places, members, 257))
    scores[np.arange(places), :, truth] += source.normal(3, 2, (places, members))
    return scores - np.log(np.exp(scores).sum(axis=2, keepdims=True)), truth


def loss(law: np.ndarray, truth: np.ndarray) -> float:
    return float(-law[np.arange(len(truth)), truth].mean())


def test_that_the_learnt_mixture_is_the_best_on_a_grid() -> None:
    laws, truth = example(2)
    learnt = np.array(Mixture().learnt(laws, truth))

    def of(weight: float) -> float:
        return loss(mixed(laws, np.tile([weight, 1 - weight], (len(laws), 1))), truth)

    assert learnt.sum() == pytest.approx(1)
    assert of(learnt[0]) <= min(map(of, np.linspace(0, 1, 1001))) + 1e-9


def test_that_the_learnt_product_is_the_best_on_a_grid() -> None:
    laws, truth = example(2)
    learnt = np.array(Product().learnt(laws, truth))
    grid = [np.array([a, b]) for a in np.linspace(0, 3, 31) for b in np.linspace(0, 3, 31)]
    least = min(loss(pooled(laws, weights), truth) for weights in grid)
    assert loss(pooled(laws, learnt), truth) <= least + 1e-9
    assert (learnt >= 0).all()


def test_that_a_member_that_harms_gets_nothing() -> None:
    laws, truth = example(2)
    laws[:, 1] = -laws[:, 1]
    laws[:, 1] -= np.log(np.exp(laws[:, 1]).sum(axis=1, keepdims=True))
    assert Product().learnt(laws, truth)[1] == 0


def test_that_proxy_tuning_learns_how_far_to_move() -> None:
    laws, truth = example(3)
    base, tuned, small = Proxy().learnt(laws, truth)
    assert base == 1
    assert tuned == -small
    least = min(loss(pooled(laws, np.array([1, a, -a])), truth) for a in np.linspace(0, 3, 301))
    assert loss(pooled(laws, np.array([base, tuned, small])), truth) <= least + 1e-9
