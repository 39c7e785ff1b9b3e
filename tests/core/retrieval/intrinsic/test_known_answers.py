"""Values worked out by hand or by other programs, for each measure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.retrieval.intrinsic.geometry import (
    alignment,
    centred_cosine,
    effective_rank,
    isoscore,
    mean_cosine,
    occurrences,
    robin_hood,
    skewness,
    smoothness,
    uniformity,
    variances,
)
from core.retrieval.intrinsic.kinds.analogies import answers
from core.retrieval.intrinsic.kinds.gender import (
    direct_bias,
    direction,
    equalised,
    indirect_bias,
    neutralised,
)
from core.retrieval.intrinsic.kinds.sts import correlations, is_constant
from core.retrieval.intrinsic.kinds.triplets import triplet_figures
from core.retrieval.intrinsic.kinds.weat import association

SPACE = np.array([[1, 0, 0], [0, 1, 0], [0.8, 0.6, 0], [0, 0.6, 0.8]], dtype=np.float32)


def unit(rows: list[tuple[float, ...]]) -> np.ndarray:
    made = np.array(rows, dtype=np.float64)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_that_correlations_share_the_ranks_of_ties() -> None:
    gold, found = np.array([5.0, 3, 3, 1, 0]), np.array([0.9, 0.7, 0.8, 0.2, 0.2])
    assert [figure.value for figure in correlations(found, gold)] == pytest.approx(
        [0.947368, 0.946151], abs=1e-6
    )


def test_that_a_constant_likeness_is_told_as_0() -> None:
    assert [figure.value for figure in correlations(np.full(3, 0.3), np.array([1.0, 2, 3]))] == [0, 0]
    assert is_constant(np.full(3, 0.3))
    assert not is_constant(np.array([0.3, 0.4]))


def test_that_a_tied_triplet_is_wrong_and_counted() -> None:
    margins = np.array([0.993884, 0, 0.998618]) - np.array([0, 1, 0.998618])
    accuracy, ties, mean = (figure.value for figure in triplet_figures(margins))
    assert (accuracy, ties) == (pytest.approx(1 / 3), 1)
    assert mean == pytest.approx(margins.mean())


def test_that_weat_takes_n_less_1_and_all_divisions() -> None:
    x, y = unit([(1, 0), (0.9, 0.1), (0.8, 0.3)]), unit([(0, 1), (0.2, 0.9), (0.1, 0.8)])
    a, b = unit([(1, 0.1), (0.9, 0)]), unit([(0.1, 1), (0, 0.9)])
    found = association(x, y, a, b)
    assert found.effect == pytest.approx(1.800828, abs=1e-6)
    assert found.statistic == pytest.approx(4.829969, abs=1e-6)
    assert (found.p, found.exact) == (pytest.approx(0.05), True)
    assert association(y, x, a, b).effect == pytest.approx(-found.effect)
    assert association(y, x, a, b).p == pytest.approx(1.0)


def test_that_many_divisions_are_drawn_and_agree_with_all() -> None:
    draw = np.random.default_rng(3)
    words = unit(draw.normal(size=(26, 4)).tolist())
    a, b = unit(draw.normal(size=(5, 4)).tolist()), unit(draw.normal(size=(5, 4)).tolist())
    large, small = (
        association(words[:12], words[12:24], a, b, seed=1),
        association(words[:7], words[7:14], a, b),
    )
    assert (large.exact, small.exact) == (False, True)
    assert large == association(words[:12], words[12:24], a, b, seed=1)
    normal = 0.5 * math.erfc(large.effect * math.sqrt(24) / 2 / math.sqrt(2))
    assert large.p == pytest.approx(normal, abs=0.02)


def test_that_words_lose_the_gender_direction() -> None:
    he, she = np.array([[0.8, 0.6, 0]]), np.array([[-0.8, 0.6, 0]])
    [doctor] = unit([(0.3, 0.4, 0.866025)])
    [other] = unit([(0.5, 0.2, 0.8)])
    g, share = direction(he, she)
    assert g == pytest.approx([1, 0, 0])
    assert share == pytest.approx(1)
    assert direct_bias(doctor[None], g) == pytest.approx(0.3, abs=1e-6)
    assert neutralised(doctor[None], g)[0] == pytest.approx([0, 0.419314, 0.907841], abs=1e-6)
    first, second = equalised(he, she, g)
    assert first[0] == pytest.approx([0.8, 0.6, 0])
    assert second[0] == pytest.approx([-0.8, 0.6, 0])
    assert doctor @ other == pytest.approx(0.956920, abs=1e-6)
    assert indirect_bias(doctor, other[None], g)[0] == pytest.approx(-0.026662, abs=1e-6)


def test_that_king_less_man_and_woman_is_queen_both_ways() -> None:
    words = unit([(1, 0, 0), (0.6, 0.8, 0), (0.6, 0, 0.8), (0.3, 0.6, 0.74), (0, 0.2, 0.98)])
    asked = np.array([[0, 1, 2]])  # man is to woman as king is to …
    added, multiplied = answers(words.astype(np.float32), asked)
    assert (added.tolist(), multiplied.tolist()) == ([3], [3])
    cosines = words[:3] @ words[3:].T
    assert (cosines[1] - cosines[0] + cosines[2]) == pytest.approx([1.133361, 0.943811], abs=1e-6)
    shifted = (cosines + 1) / 2
    assert shifted[1] * shifted[2] / (shifted[0] + 0.001) == pytest.approx([1.130435, 1.032535], abs=1e-6)


def test_that_tiles_find_what_a_whole_table_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    vectors = unit(draw.normal(size=(150, 8)).tolist()).astype(np.float32)
    asked = draw.permuted(np.tile(np.arange(150), (60, 1)), axis=1)[:, :3]
    cosines = vectors @ vectors.T
    a, b, c = asked.T
    scores = cosines[b] - cosines[a] + cosines[c]
    shifted = (cosines + 1) / 2
    products = shifted[b] * shifted[c] / (shifted[a] + 1e-3)
    for table in (scores, products):
        np.put_along_axis(table, asked, -np.inf, axis=1)
    monkeypatch.setattr("core.retrieval.intrinsic.kinds.analogies._WORDS_AT_ONCE", 37)
    monkeypatch.setattr("core.retrieval.intrinsic.kinds.analogies._QUESTIONS_AT_ONCE", 11)
    added, multiplied = answers(vectors, asked)
    assert added.tolist() == scores.argmax(axis=1).tolist()
    assert multiplied.tolist() == products.argmax(axis=1).tolist()


def test_that_the_shape_of_four_vectors_is_as_worked_out() -> None:
    assert mean_cosine(SPACE) == pytest.approx(0.393333, abs=1e-6)
    assert uniformity(SPACE) == pytest.approx(-1.825256, abs=1e-6)
    assert alignment(SPACE[[0, 1]], SPACE[[2, 3]]) == pytest.approx(0.6, abs=1e-6)
    assert isoscore(variances(SPACE)) == pytest.approx(0.344139, abs=1e-6)


def test_that_even_directions_score_1_and_a_line_0() -> None:
    assert isoscore(np.full(5, 0.3)) == pytest.approx(1)
    assert isoscore(np.array([2.0, 0, 0, 0])) == pytest.approx(0, abs=1e-12)
    assert effective_rank(np.full(5, 0.3)) == pytest.approx(5)
    assert effective_rank(np.array([2.0, 0, 0, 0])) == pytest.approx(1)


def test_that_taking_the_mean_away_uncovers_the_spread() -> None:
    around = np.random.default_rng(1).normal(size=(400, 6)) + 30 * np.eye(6)[0]
    vectors = unit(around.tolist()).astype(np.float32)
    assert mean_cosine(vectors) > 0.98
    assert abs(centred_cosine(vectors)) < 0.05


def test_that_hubs_are_skewed() -> None:
    counts = np.array([0, 1, 1, 2, 6])
    assert skewness(counts) == pytest.approx(1.170158, abs=1e-6)
    assert robin_hood(counts) == pytest.approx((2 + 1 + 1 + 0 + 4) / 2 / 10)
    assert skewness(np.full(4, 3)) == robin_hood(np.full(4, 3)) == 0


def test_that_occurrences_are_those_of_a_full_sort() -> None:
    vectors = unit(np.random.default_rng(2).normal(size=(1100, 5)).tolist()).astype(np.float32)
    products = vectors @ vectors.T
    np.fill_diagonal(products, -np.inf)
    nearest = np.argsort(-products, axis=1, kind="stable")[:, :10]
    assert occurrences(vectors, 10).tolist() == np.bincount(nearest.ravel(), minlength=1100).tolist()


def test_that_neighbouring_tokens_are_compared() -> None:
    states = np.array([[1, 0], [0.8, 0.6], [0, 1], [0, 1]], dtype=np.float32)
    assert smoothness(states) == pytest.approx([0.8, 0.6, 1.0])
    assert smoothness(states).mean() == pytest.approx(0.8)
