"""Neighbours by cosine and their weights, against brute force in float64 and known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.jobs.context import Context
from core.vectors import neighbours
from core.vectors.neighbours import softmax_mixtures, sparsemax, sparsemax_mixtures


def sorted_sparsemax(*scores: float) -> list[float]:
    return sparsemax(torch.tensor([scores], dtype=torch.float64))[0].tolist()


def test_that_sparsemax_gives_the_known_answers() -> None:
    assert sorted_sparsemax(0.9, 0.8, 0.1) == pytest.approx([0.55, 0.45, 0])
    assert sorted_sparsemax(0.9, -0.3, -0.3) == pytest.approx([1, 0, 0])
    assert sorted_sparsemax(0.5, 0.5, 0.5, 0.5) == pytest.approx([0.25] * 4)
    assert sorted_sparsemax(0.62, 0.6, 0.58, 0.1) == pytest.approx([0.35333333, 0.33333333, 0.31333333, 0])


def bisected(scores: np.ndarray) -> np.ndarray:
    """Sparsemax by looking for its threshold, in float64."""
    low, high = scores.max() - 1, scores.max()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(scores - middle, 0).sum() > 1 else (low, middle)
    return np.asarray(np.maximum(scores - low, 0))


def cosines(queries: torch.Tensor, keys: torch.Tensor) -> np.ndarray:
    one, other = queries.double().numpy(), keys.double().numpy()
    one = one / np.linalg.norm(one, axis=1, keepdims=True)
    other = other / np.linalg.norm(other, axis=1, keepdims=True)
    return np.asarray(one @ other.T)


def drawn(count: int, width: int, seed: int) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("temperature", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("block", [2**10, 2**26])
def test_that_sparsemax_over_neighbours_is_that_over_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, temperature: float, block: int
) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK", block)
    queries, keys = drawn(70, 6, 0), drawn(900, 6, 1)
    found = sparsemax_mixtures(queries, keys, temperature, Context(workdir=tmp_path), "Looking")
    assert found.cut == 0
    dense = torch.zeros(70, 900).scatter_add_(1, found.indices.clamp_min(0), found.weights)
    expected = np.stack([bisected(row / temperature) for row in cosines(queries, keys)])
    assert np.abs(dense.numpy() - expected).max() < 2e-6
    assert (found.indices[:, 0] >= 0).all()
    assert (found.weights.diff(dim=1) <= 0).all()


def test_that_it_is_what_entmax_computes() -> None:
    entmax = pytest.importorskip("entmax", reason="entmax is not installed")
    scores = drawn(50, 200, 2).sort(dim=1, descending=True).values
    assert torch.allclose(sparsemax(scores), entmax.sparsemax(scores, dim=1), atol=1e-6)


def test_that_a_sparsemax_without_an_end_is_cut_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "MOST_SOURCES", 100)
    monkeypatch.setattr(neighbours, "_MOST_BYTES", 0)
    keys = torch.ones(300, 4)
    found = sparsemax_mixtures(torch.ones(1, 4), keys, 1.0, Context(workdir=tmp_path), "Looking")
    assert found.cut == 1
    assert found.weights[0].tolist() == pytest.approx([0.01] * 100)


def test_that_softmax_gives_the_known_answer(tmp_path: Path) -> None:
    keys = torch.tensor([[0.9, (1 - 0.81) ** 0.5], [0.8, -0.6], [0.0, 0.0], [-1.0, 0.0]])
    query = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    found = softmax_mixtures(query, keys, 2, 0.1, Context(workdir=tmp_path), "Looking")
    assert found.indices.tolist() == [[0, 1], [-1, -1]]
    assert found.weights[0].tolist() == pytest.approx([0.73105858, 0.26894142], abs=1e-6)
    assert found.weights[1].tolist() == [0, 0]


def test_that_the_neighbours_are_those_of_brute_force(tmp_path: Path) -> None:
    queries, keys = drawn(60, 8, 3), drawn(500, 8, 4)
    found = softmax_mixtures(queries, keys, 10, 0.1, Context(workdir=tmp_path), "Looking")
    expected = cosines(queries, keys)
    order = np.argsort(-expected, axis=1)[:, :10]
    assert np.array_equal(found.indices.numpy(), order)
    chosen = np.exp(np.take_along_axis(expected, order, axis=1) / 0.1)
    assert np.allclose(found.weights.numpy(), chosen / chosen.sum(axis=1, keepdims=True), atol=1e-5)


def test_that_no_key_has_a_direction(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    for found in (
        sparsemax_mixtures(drawn(3, 4, 0), torch.zeros(5, 4), 1.0, ctx, "Looking"),
        softmax_mixtures(drawn(3, 4, 0), torch.zeros(5, 4), 2, 1.0, ctx, "Looking"),
    ):
        assert (found.indices == -1).all()
        assert (found.weights == 0).all()
