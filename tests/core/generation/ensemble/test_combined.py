"""Ensembles of tables against their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import UserError
from core.generation.byte_model import END
from core.generation.ensemble.combined import Ensemble
from core.generation.ensemble.rules import RULES
from core.generation.ensemble.rules.bayes import Bayes
from core.generation.ensemble.rules.mixture import Mixture
from core.generation.ensemble.rules.product import Product
from core.generation.ensemble.rules.proxy import Proxy
from core.generation.ensemble.rules.rule import Rule
from tests.core.generation.table_bytes import TableBytes, letters

A = letters(a=0.5, b=0.3, c=0.2)
B = letters(a=0.122449, b=0.107143, c=0.770408)
"""After "ab", of the cases B2 and B3 of the specification."""


def fixed(law: dict[int, float]) -> TableBytes:
    return TableBytes(lambda data: law)


def chances(ensemble: Ensemble, data: bytes = b"") -> np.ndarray:
    return np.exp(ensemble.law(ensemble.read(ensemble.start(), data)).log_probabilities)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(Mixture(), (0.311224, 0.203571, 0.485204)), (Product(), (0.302026, 0.218839, 0.479135))],
)
def test_that_the_mean_and_the_geometric_mean_are_those_of_case_b4(rule: Rule, expected: list[float]) -> None:
    found = chances(Ensemble([fixed(A), fixed(B)], rule), b"ab")
    assert found[[ord(letter) for letter in "abc"]] == pytest.approx(expected, abs=1e-6)
    assert found.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("kind", ["mixture", "product", "bayes"])
def test_that_every_law_sums_to_one_and_its_steps_multiply_to_the_texts_probability(kind: str) -> None:
    ensemble = Ensemble(
        [fixed(letters(a=0.6, b=0.3, end=0.1)), fixed(letters(a=0.2, b=0.5, end=0.3))], RULES[kind]()
    )
    state, whole = ensemble.start(), 0.0
    for byte in b"abba":
        law = ensemble.law(state).log_probabilities
        assert np.exp(law).sum() == pytest.approx(1, abs=1e-12)
        whole += law[byte]
        state = ensemble.push(state, byte)
    assert state.log_probability == pytest.approx(whole, abs=1e-12)
    assert state.length == 4


def test_that_the_end_of_the_text_is_mixed_like_a_byte() -> None:
    found = chances(
        Ensemble([fixed(letters(a=0.9, end=0.1)), fixed(letters(a=0.5, end=0.5))], Mixture(), (3, 1))
    )
    assert found[END] == pytest.approx(0.75 * 0.1 + 0.25 * 0.5)


def test_that_a_bayesian_mixture_gives_a_text_the_mean_of_its_probabilities() -> None:
    one, other = letters(a=0.9, b=0.1), letters(a=0.2, b=0.8)
    ensemble = Ensemble([fixed(one), fixed(other)], Bayes(), (0.25, 0.75))
    state = ensemble.read(ensemble.start(), b"aab")
    assert math.exp(state.log_probability) == pytest.approx(0.25 * 0.9 * 0.9 * 0.1 + 0.75 * 0.2 * 0.2 * 0.8)
    posterior = np.array([0.25 * 0.081, 0.75 * 0.032])
    assert ensemble.shares(state) == pytest.approx(posterior / posterior.sum())


def test_that_a_product_takes_weights_as_exponents() -> None:
    found = chances(Ensemble([fixed(A), fixed(B)], Product(), (2.0, 0.5)))
    direct = np.array([A[byte] ** 2 * B[byte] ** 0.5 for byte in sorted(A)])
    assert found[sorted(A)] == pytest.approx(direct / direct.sum())


def test_that_proxy_tuning_moves_the_base_by_what_sets_two_models_apart() -> None:
    base, tuned, small = A, B, letters(a=0.3, b=0.3, c=0.4)
    found = chances(Ensemble([fixed(base), fixed(tuned), fixed(small)], Proxy()))
    direct = np.array([base[byte] * tuned[byte] / small[byte] for byte in sorted(base)])
    assert found[sorted(base)] == pytest.approx(direct / direct.sum())


def test_that_a_member_that_holds_the_text_impossible_has_no_say_in_a_mixture_any_more() -> None:
    ensemble = Ensemble([fixed(letters(a=1.0)), fixed(letters(a=0.5, b=0.5))], Mixture())
    state = ensemble.push(ensemble.start(), ord("b"))
    assert ensemble.shares(state) == pytest.approx([0, 1])
    assert chances(ensemble, b"b")[ord("b")] == pytest.approx(0.5)


def test_that_a_product_refuses_what_one_member_holds_impossible() -> None:
    ensemble = Ensemble([fixed(letters(a=1.0)), fixed(letters(a=0.5, b=0.5))], Product())
    with pytest.raises(UserError, match="0x62 has probability zero"):
        ensemble.push(ensemble.start(), ord("b"))
    nothing = Ensemble([fixed(letters(a=1.0)), fixed(letters(b=1.0))], Product())
    with pytest.raises(UserError, match="none that all hold possible"):
        nothing.law(nothing.start())


def test_that_after_a_context_only_what_follows_counts() -> None:
    ensemble = Ensemble([fixed(A), fixed(B)], Mixture())
    state = ensemble.after(b"abc")
    assert state.log_probability == 0
    assert ensemble.push(state, ord("a")).log_probability == pytest.approx(math.log(0.311224), abs=1e-5)


def test_that_states_branch() -> None:
    ensemble = Ensemble([fixed(A), fixed(B)], Bayes())
    state = ensemble.push(ensemble.start(), ord("a"))
    one = ensemble.push(state, ord("a")).log_probability
    ensemble.push(state, ord("c"))
    assert ensemble.push(state, ord("a")).log_probability == one


def test_that_ensembles_are_members_of_ensembles() -> None:
    inner = Ensemble([fixed(A), fixed(B)], Mixture())
    found = chances(Ensemble([inner, fixed(A)], Mixture()))
    direct = [(0.5 * (A[byte] + B[byte]) + A[byte]) / 2 for byte in sorted(A)]
    assert found[sorted(A)] == pytest.approx(direct, abs=1e-6)


@pytest.mark.parametrize(("rule", "count"), [(Mixture(), 1), (Proxy(), 2)])
def test_that_a_rule_takes_so_many_members(rule: Rule, count: int) -> None:
    with pytest.raises(ValueError, match="models"):
        Ensemble([fixed(A)] * count, rule)


def test_that_weights_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Ensemble([fixed(A), fixed(B)], Mixture(), (1, -1))
    with pytest.raises(ValueError, match="small one"):
        Ensemble([fixed(A)] * 3, Proxy(), (1, 1, 1))
