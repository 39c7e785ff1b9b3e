"""The rule of acceptance: known answers, and the target's law in many draws."""

from __future__ import annotations

import numpy as np
import pytest

from core.generation.draft.acceptance import acceptance, drawn, residual

P = np.array([0.5, 0.3, 0.2])
Q = np.array([0.2, 0.5, 0.3])


def test_that_the_known_answers_hold() -> None:
    assert [acceptance(P, Q, token) for token in range(3)] == pytest.approx([1, 0.6, 2 / 3])
    assert sum(q * acceptance(P, Q, token) for token, q in enumerate(Q)) == pytest.approx(0.7)
    assert residual(P, Q, 1) == pytest.approx([1, 0, 0])


def test_that_a_certain_proposal_is_accepted_with_its_probability() -> None:
    assert acceptance(P, None, 1) == pytest.approx(0.3)
    assert residual(P, None, 1) == pytest.approx([5 / 7, 0, 2 / 7])


def test_that_equal_laws_refuse_nothing() -> None:
    assert [acceptance(P, P, token) for token in range(3)] == [1, 1, 1]
    assert residual(P, P, 0) == pytest.approx(P)


def test_that_a_draw_passes_over_what_has_no_mass() -> None:
    law = np.array([0.0, 0.25, 0.0, 0.75, 0.0])
    assert [drawn(law, u) for u in (0.0, 0.249, 0.25, 0.999999, 1 - 2**-53)] == [1, 1, 3, 3, 3]


@pytest.mark.parametrize("certain", [False, True])
def test_that_what_is_written_follows_the_targets_law(certain: bool) -> None:
    """χ² with 10⁵ draws; 13.8 is passed by chance once in a thousand times (2 degrees of freedom)."""
    random = np.random.default_rng(3)
    uniform = random.random((100_000, 3))
    counts = np.zeros(3)
    for u, v, w in uniform.tolist():
        token = drawn(Q, u)
        law = None if certain else Q
        if v >= acceptance(P, law, token):
            token = drawn(residual(P, law, token), w)
        counts[token] += 1
    expected = P * len(uniform)
    assert float(((counts - expected) ** 2 / expected).sum()) < 13.8
