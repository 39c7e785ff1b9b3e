"""Unigram: the values known for a toy model."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from core.tokenizers import unigram
from tests.core.tokenizers.train.texts import CTX

SCORES = {"h": -4, "u": -4, "g": -4, "s": -4, "hu": -3, "ug": -2.5, "hug": -2.2, "gs": -3.5, "ugs": -2.6}


def test_that_the_toy_model_has_the_values_known_for_it() -> None:
    """Posteriors of the seven ways to cut "hugs", and the logarithm of their sum."""
    pieces = list(SCORES)
    scores = np.array([float(score) for score in SCORES.values()])
    [group] = unigram._groups(["hugs"], pieces, CTX)
    expected = dict(zip(pieces, group.expected(scores, np.ones(1)), strict=True))
    assert expected["hug"] == pytest.approx(0.410175, abs=1e-6)
    assert expected["gs"] == pytest.approx(0.303865 + 0.002047, abs=1e-6)
    assert expected["ugs"] == pytest.approx(0.274949, abs=1e-6)
    assert expected["ug"] == pytest.approx(0.005565, abs=1e-6)
    assert expected["hu"] == pytest.approx(0.303865 + 0.003376, abs=1e-6)
    values = np.append(scores, -np.inf)[group.table]
    assert group._sums(values)[-1][0] == pytest.approx(-5.3088287, abs=1e-7)
    assert group.best(scores)[0] == pytest.approx(-6.2)


def test_that_the_library_reads_the_toy_model_by_the_likeliest_cut() -> None:
    tokenizer = Tokenizer(
        models.Unigram([("<unk>", 0.0), *((p, float(s)) for p, s in SCORES.items())], unk_id=0)
    )
    assert tokenizer.encode("hugs").tokens == ["hug", "s"]
