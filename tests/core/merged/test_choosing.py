"""The law of the next token over what was found, against all rows."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import chisquare

from core.errors import UserError
from core.generation.samplers.logit_bias import LogitBias
from core.generation.samplers.mirostat import Mirostat
from core.generation.samplers.no_repeat import NoRepeat
from core.generation.samplers.repetition import Repetition
from core.generation.samplers.top_k import TopK
from core.jobs.context import Context
from core.merged.choosing import NO_PLACES, Choosing, Scores
from core.merged.row_index import RowIndex, build, exact

V, N, H = 7, 60, 8
DRAWS = 20_000

_chance = np.random.default_rng(3)
OWN_ROWS = _chance.normal(size=(V, H)).astype(np.float32)
ROWS = _chance.normal(size=(N, H)).astype(np.float16)
HIDDEN = _chance.normal(size=H).astype(np.float32)
OWN = torch.from_numpy(OWN_ROWS @ HIDDEN)
FULL = np.concatenate([OWN.numpy(), ROWS.astype(np.float32) @ HIDDEN]).astype(np.float64)


def law(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.exp(scores - scores.max())
    whole: NDArray[np.float64] = weights / weights.sum()
    return whole


def found(choosing: Choosing, candidates: int, index: RowIndex | None = None) -> Scores:
    return choosing.scores(OWN, HIDDEN, index or RowIndex(ROWS, None), candidates)


def test_that_with_every_row_found_the_law_is_the_full_one() -> None:
    scores = found(Choosing([0]), N)
    assert scores.places.tolist() == list(range(N))
    np.testing.assert_allclose(law(scores.values.double().numpy()), law(FULL), atol=1e-7)


@pytest.mark.parametrize("candidates", [1, 5, 20])
def test_that_the_law_is_the_full_one_given_what_was_found(candidates: int) -> None:
    scores = found(Choosing([0]), candidates)
    numbers = [*range(V), *(V + scores.places)]
    full = law(FULL)
    missed = 1 - full[numbers].sum()
    assert 0 < missed < 1
    np.testing.assert_allclose(law(scores.values.double().numpy()), full[numbers] / (1 - missed), atol=1e-7)
    own = np.logaddexp.reduce(FULL[:V])
    everything = np.logaddexp(own, exact(ROWS, HIDDEN[None], 1).log_mass[0])
    seen = np.logaddexp.reduce(scores.values.double().numpy())
    assert missed == pytest.approx(1 - math.exp(seen - everything), abs=1e-6), "as the result tells it"


def test_that_what_an_index_finds_follows_the_same_law(tmp_path: Path) -> None:
    index = RowIndex(ROWS, build(ROWS, "hnsw", Context(workdir=tmp_path)))
    np.testing.assert_allclose(
        law(found(Choosing([0]), N, index).values.double().numpy()), law(FULL), atol=1e-7
    )


def test_that_draws_follow_the_full_law() -> None:
    chance = random.Random(1)
    counts = np.zeros(V + N)
    scores = found(Choosing([0]), N)
    for _ in range(DRAWS):
        counts[Choosing([0], random=chance).choose(scores)] += 1
    assert chisquare(counts, law(FULL) * DRAWS).pvalue > 1e-3


def test_that_draws_after_a_sampler_follow_its_law() -> None:
    chance = random.Random(2)
    scores = found(Choosing([0]), N)
    counts = np.zeros(V + N)
    for _ in range(DRAWS):
        counts[Choosing([0], [TopK(k=5)], chance).choose(scores)] += 1
    best = np.argsort(-FULL)[:5]
    assert counts[best].sum() == DRAWS
    assert chisquare(counts[best], law(FULL[best]) * DRAWS).pvalue > 1e-3


def test_that_the_likeliest_is_the_best_of_all() -> None:
    assert Choosing([0]).choose(found(Choosing([0]), 1)) == FULL.argmax()


def test_that_merged_tokens_written_before_stay_and_are_known_to_penalties() -> None:
    best = int(FULL.argmax())
    assert best >= V, "a merged token is best"
    choosing = Choosing([0], [Repetition(r=100.0)])
    assert choosing.choose(found(choosing, 1)) == best
    again = found(choosing, 1)
    away = Choosing([0])
    away._chosen.append(V + int(ROWS[:, 0].argmin()))  # one that is far from the best
    kept = found(away, 1)
    assert len(kept.places) == 2
    assert (np.diff(kept.places) > 0).all()
    np.testing.assert_allclose(kept.values[V:], FULL[V + kept.places], atol=1e-5)
    assert choosing.choose(again) != best
    never = Choosing([0], [NoRepeat(n=1)])
    numbers = [never.choose(found(never, N)) for _ in range(V + N - 1)]
    assert len(set(numbers)) == V + N - 1


def test_that_samplers_remember_and_a_bias_is_of_the_models_own() -> None:
    choosing = Choosing([0], [Mirostat(tau=1.0)], random.Random(0))
    choosing.choose(found(choosing, N))
    assert choosing._memory["mirostat"] != 2.0
    pieces = [bytes([97 + id]) for id in range(V)]
    biased = Choosing([0], [LogitBias(of=["c"], by=500.0)], pieces=pieces)
    assert [biased.choose(found(biased, most)) for most in (3, 40)] == [2, 2]


def test_that_nothing_left_is_said() -> None:
    with pytest.raises(UserError, match="leave no token"):
        Choosing([0]).choose(Scores(torch.full((3,), -torch.inf), NO_PLACES))
