"""Bigram laws: by hand, and against a dense table."""

from __future__ import annotations

import math

import pytest
import torch

from core.generation.subnetwork.bigrams import Bigrams
from core.generation.subnetwork.measured import correlation

TEXT = torch.tensor([0, 1, 0, 1, 0, 2, 0, 1])
PAIRS = torch.stack((TEXT[:-1], TEXT[1:]), 1)


def test_that_counts_are_backed_off_by_witten_and_bell() -> None:
    bigrams = Bigrams(PAIRS, 4)
    assert (bigrams.counted, bigrams.distinct) == (7, 4)
    # After 0 came 1 three times and 2 once: b = 2 / (2 + 4). Single tokens with 1 added: (4, 4, 2, 1) / 11.
    expected = torch.tensor([4 / 11 / 3, 0.5 + 4 / 11 / 3, 1 / 6 + 2 / 11 / 3, 1 / 11 / 3])
    law = bigrams.law(torch.tensor([0, 3]))
    torch.testing.assert_close(law[0], expected.double(), rtol=0, atol=1e-7)
    torch.testing.assert_close(law[1], torch.tensor([4, 4, 2, 1], dtype=torch.float64) / 11)
    surprisals = bigrams.surprisal(torch.tensor([0, 3]), torch.tensor([1, 2]))
    assert surprisals.tolist() == pytest.approx([-math.log(float(expected[1])), -math.log(2 / 11)])
    assert bigrams.seen(torch.tensor([0, 0, 3]), torch.tensor([1, 3, 1])).tolist() == [True, False, False]
    assert bigrams.best(torch.tensor([0, 1, 2, 3])).tolist() == [1, 0, 0, 0]


def test_that_the_sparse_law_is_the_dense_one() -> None:
    generator = torch.Generator().manual_seed(5)
    pairs = (torch.rand((400, 2), generator=generator) ** 2 * 23).long()
    bigrams = Bigrams(pairs, 30)
    contexts = torch.arange(30)
    law = bigrams.law(contexts)
    torch.testing.assert_close(law.sum(1), torch.ones(30, dtype=torch.float64))
    torch.testing.assert_close(bigrams.entropy(contexts), -(law * law.log()).sum(1))
    torch.testing.assert_close(law.gather(1, bigrams.best(contexts)[:, None])[:, 0], law.max(1).values)
    logits = torch.randn((30, 30), generator=generator, dtype=torch.float64)
    dense = -(law * logits.log_softmax(-1)).sum(1)
    torch.testing.assert_close(bigrams.cross_entropy(logits, contexts), dense)


def test_that_the_correlation_is_pearsons() -> None:
    a, b = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 3.0, 2.0])
    assert correlation(a, 2 * a + 1) == pytest.approx(1)
    assert correlation(a, b) == pytest.approx(0.5)
    assert correlation(a, torch.ones(3)) == 0
