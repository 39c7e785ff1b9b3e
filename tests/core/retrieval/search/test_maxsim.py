"""MaxSim: the known answer."""

import numpy as np
import pytest

from core.encoders.encoder import TokenStates
from core.retrieval.search.maxsim import maxsim, token_vectors


def test_the_known_answer() -> None:
    query = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    document = np.array([[0.8, 0.6], [0, 1], [-1, 0]], dtype=np.float32)
    found = maxsim(query, document)
    assert found.best == pytest.approx([0.8, 1, 0.96])
    assert found.total == pytest.approx(2.76)
    assert found.match.tolist() == [0, 1, 0]


def test_that_a_text_matches_itself_with_the_number_of_its_tokens() -> None:
    rows = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert maxsim(rows, rows).total == pytest.approx(7)


def test_that_special_tokens_are_left_out_and_lengths_made_1() -> None:
    states = TokenStates(
        np.arange(3),
        np.zeros((3, 2), dtype=np.int64),
        np.array([True, False, True]),
        np.array([[1, 1], [3, 4], [5, 5]], dtype=np.float32),
        np.full(3, 1 / 3, dtype=np.float32),
    )
    vectors, places = token_vectors(states)
    assert vectors.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]]
    assert places.tolist() == [1]
