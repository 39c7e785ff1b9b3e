"""Tests of differences beside known answers, brute force and scipy."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from core.retrieval.significance import compare, comparisons, corrected, interval, intervals
from core.retrieval.significance.resampling import FLIPS, randomization_p

A = np.array([0.52, 0.31, 0.75, 0.40, 0.66, 0.12, 0.58, 0.90, 0.33, 0.47])
B = np.array([0.48, 0.36, 0.62, 0.33, 0.66, 0.05, 0.49, 0.81, 0.35, 0.40])


def test_that_known_answers_come_out() -> None:
    found = compare(A, B)
    assert found.difference == pytest.approx(0.049)
    assert found.p == 36 / 1024
    assert (found.low, found.high) == (pytest.approx(0.014), pytest.approx(0.081))
    assert found.effect == pytest.approx(0.873979, abs=1e-6)
    assert (found.wins, found.ties, found.losses) == (7, 1, 2)
    assert found.sign == pytest.approx(0.179688, abs=1e-6)
    assert found.detectable == pytest.approx(2.8 * np.std(A - B, ddof=1) / np.sqrt(10))
    assert compare(A, B, test="t").p == pytest.approx(0.021976, abs=1e-6)
    assert compare(A, B, test="wilcoxon").p == pytest.approx(0.027344, abs=1e-6)


def test_that_random_signs_come_near_all_patterns_of_signs() -> None:
    # sixty queries of three kinds: the exact distribution is that of a sum of three binomials
    ups, downs = 22, 9
    differences = np.concatenate([np.full(ups, 0.1), np.full(downs, -0.1), np.zeros(29)])
    exact = stats.binomtest(ups, ups + downs).pvalue
    found = randomization_p(differences[:, None])[0]
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact / FLIPS))


def test_that_enumeration_is_brute_force() -> None:
    rng = np.random.default_rng(0)
    differences = rng.normal(0.3, 1, 11).round(1)
    means = [abs(np.dot(signs, differences)) for signs in product([1, -1], repeat=11)]
    brute = np.mean([mean >= abs(differences.sum()) - 1e-9 for mean in means])
    assert compare(differences, np.zeros(11)).p == pytest.approx(brute, abs=1e-12)


@pytest.mark.parametrize("queries", [30, 200])
def test_that_tests_are_scipys(queries: int) -> None:
    rng = np.random.default_rng(queries)
    a = rng.random(queries)
    b = a + rng.normal(0.02, 0.1, queries)
    assert compare(a, b, test="t").p == pytest.approx(stats.ttest_rel(a, b).pvalue, rel=1e-9)
    assert compare(a, b, test="wilcoxon").p == pytest.approx(stats.wilcoxon(a, b).pvalue, rel=1e-9)
    theirs = stats.permutation_test(
        (a - b,), np.mean, permutation_type="samples", n_resamples=50_000, rng=np.random.default_rng(1)
    ).pvalue
    spread = np.sqrt(theirs * (1 - theirs) * (1 / 50_000 + 1 / FLIPS))
    assert compare(a, b).p == pytest.approx(theirs, abs=5 * spread + 1e-5)
    boot = stats.bootstrap(
        (a,), np.mean, method="percentile", n_resamples=10_000, rng=np.random.default_rng(2)
    ).confidence_interval
    assert interval(a) == (pytest.approx(boot.low, abs=0.003), pytest.approx(boot.high, abs=0.003))


def test_that_the_bootstrap_test_comes_near_the_t_test() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.random(300), rng.random(300) + 0.06
    t = compare(a, b, test="t").p
    assert compare(a, b, test="bootstrap").p == pytest.approx(t, abs=0.01)


def test_that_ranxs_conventions_give_its_figures() -> None:
    """A two-sided paired t test; for Fisher's 1,000 permutations, of which the real one is none."""
    t = stats.ttest_rel(A, B)
    assert compare(A, B, test="t").p == pytest.approx(t.pvalue)
    rng = np.random.default_rng(42)
    signs = rng.integers(0, 2, (1000, 10)) * 2 - 1
    theirs = np.mean(np.abs((signs * (A - B)).mean(axis=1)) >= abs((A - B).mean()))
    assert compare(A, B).p == pytest.approx(theirs, abs=4 * np.sqrt(theirs / 1000))


def test_that_corrections_are_the_known_ones() -> None:
    ps = [0.01, 0.04, 0.03, 0.005]
    assert corrected(ps, "holm") == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert corrected(ps, "bonferroni") == pytest.approx([0.04, 0.16, 0.12, 0.02])
    assert corrected(ps, "fdr") == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert corrected(ps, "fdr") == pytest.approx(stats.false_discovery_control(ps))
    assert corrected(ps, "none") == ps
    assert corrected([], "holm") == []
    with pytest.raises(ValueError, match="holm, bonferroni"):
        corrected(ps, "other")


@pytest.mark.parametrize("test", ["randomization", "t", "wilcoxon", "bootstrap"])
def test_that_equal_systems_are_not_told_apart(test: str) -> None:
    same = compare(A, A, test=test)
    assert (same.difference, same.p, same.effect) == (0, 1, None)
    assert (same.wins, same.ties, same.losses) == (0, 10, 0)
    assert compare(np.zeros(0), np.zeros(0), test=test).p == 1
    assert 0 <= compare(A[:1], B[:1], test=test).p <= 1


def test_that_a_constant_difference_has_no_spread() -> None:
    found = compare(B + 0.25, B, test="t")
    assert (found.p, found.effect) == (0, None)


def test_that_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        compare(A, B[:4])
    with pytest.raises(ValueError, match="randomization, t"):
        compare(A, B, test="z")


def test_that_all_pairs_on_all_measures_are_one_family() -> None:
    rng = np.random.default_rng(1)
    per_query = {name: {m: rng.random(40) for m in ("AP", "RR")} for name in ("x", "y", "z")}
    found = comparisons(per_query, "t", "holm")
    assert [(c.measure, c.a, c.b) for c in found[:3]] == [
        ("AP", "x", "y"),
        ("AP", "x", "z"),
        ("AP", "y", "z"),
    ]
    assert len(found) == 6
    assert [c.adjusted for c in found] == pytest.approx(corrected([c.p for c in found], "holm"))
    alone = compare(per_query["x"]["AP"], per_query["z"]["AP"], test="t")
    assert (found[1].p, found[1].low, found[1].high) == pytest.approx((alone.p, alone.low, alone.high))
    assert comparisons({"x": per_query["x"]}) == []


def test_that_tukeys_differences_are_the_randomization_test_of_two_systems_and_wider_of_more() -> None:
    rng = np.random.default_rng(2)
    per_query = {name: {"AP": rng.random(40) + place / 10} for place, name in enumerate("xyz")}
    two = comparisons({name: per_query[name] for name in "xy"}, "randomization", "tukey")[0]
    assert two.adjusted == pytest.approx(two.p, abs=4 * np.sqrt(two.p / 10_000))
    three = comparisons(per_query, "randomization", "tukey")
    assert all(found.adjusted >= found.p - 0.01 for found in three)
    assert three[0].adjusted > two.adjusted
    groups = [columns["AP"] for columns in per_query.values()]
    blocks = np.mean(groups, axis=0)
    theirs = stats.tukey_hsd(*(group - blocks for group in groups)).pvalue
    ours = [found.adjusted for found in three]
    assert ours == pytest.approx([theirs[0, 1], theirs[0, 2], theirs[1, 2]], abs=0.1)


def test_that_the_same_seed_gives_the_same_and_columns_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    table = rng.random((50, 3))
    low, high = intervals(table, seed=4)
    for column in range(3):
        assert interval(table[:, column], seed=4) == pytest.approx((low[column], high[column]))
    assert interval(table[:, 0], seed=4) != interval(table[:, 0], seed=5)
    assert interval(np.array([0.5])) == (0.5, 0.5)


def test_that_a_long_test_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    rng = np.random.default_rng(0)
    per_query = {name: {"AP": rng.random(1000)} for name in "ab"}
    comparisons(per_query, report=lambda done, of: told.append((done, of)))
    assert len(told) > 10
    assert all(done < of for done, of in told)
