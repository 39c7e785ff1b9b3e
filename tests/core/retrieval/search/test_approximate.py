"""FAISS: what it finds is scored exactly, and what it misses is told."""

from pathlib import Path

import numpy as np
import pytest

from core.collections.order import tie_ranks
from core.jobs.context import Context
from core.retrieval.search.approximate import Approximate, recall
from core.retrieval.systems.dense import Dense

IDS = [f"d{number}" for number in range(1200)]
RANKS = tie_ranks(IDS)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def dense(**parameters: object) -> Dense:
    return Dense.model_validate({"model": "x", **parameters})


def rows(count: int, seed: int, similarity: str) -> np.ndarray:
    found = np.random.default_rng(seed).standard_normal((count, 12)).astype(np.float32)
    if similarity == "cosine":
        found /= np.linalg.norm(found, axis=1, keepdims=True)
    if similarity == "dot":
        found *= np.random.default_rng(seed + 1).uniform(0.2, 4, (count, 1)).astype(np.float32)
    return found


@pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize(
    "parameters",
    [
        {"index": "flat"},
        {"index": "ivf", "nlist": 20, "nprobe": 20},
        {"index": "hnsw", "m": 32, "ef_search": 600},
    ],
    ids=lambda value: value["index"],
)
def test_that_a_thorough_search_finds_what_exact_search_finds(
    parameters: dict[str, object], similarity: str, ctx: Context
) -> None:
    documents, queries = rows(1200, 0, similarity), rows(25, 1, similarity)
    there = np.arange(1200) % 7 != 0
    barred = np.arange(25) + 1
    index = Approximate(dense(**parameters), documents, RANKS, ctx, similarity=similarity, there=there)
    found = index.search(queries, 10, ctx, barred=barred)
    exact = index.exact.search(queries, 10, ctx, barred=barred)
    assert recall(found, exact) > 0.99
    if parameters["index"] != "hnsw":
        assert found[0].tolist() == exact[0].tolist()
        assert found[1].tolist() == exact[1].tolist()
    assert index.nbytes > there.sum() * 12 * 4


def test_that_looking_at_less_finds_less_and_says_so(ctx: Context) -> None:
    documents, queries = rows(1200, 2, "cosine"), rows(40, 3, "cosine")
    index = Approximate(dense(index="ivf", nlist=60, nprobe=1), documents, RANKS, ctx)
    found, exact = index.search(queries, 10, ctx), index.exact.search(queries, 10, ctx)
    assert 0.02 < recall(found, exact) < 0.9


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_that_a_build_is_the_same_with_the_same_seed_and_when_kept(
    kind: str, tmp_path: Path, ctx: Context
) -> None:
    documents, queries = rows(1200, 4, "cosine"), rows(10, 5, "cosine")
    system = dense(index=kind, nprobe=2, ef_search=10)
    file = tmp_path / "indexes" / "one.faiss"
    first = Approximate(system, documents, RANKS, ctx, file=file)
    again = Approximate(system, documents, RANKS, ctx)
    kept = Approximate(system, documents, RANKS, ctx, file=file)
    assert (first.was_kept, kept.was_kept) == (False, True)
    expected = first.search(queries, 10, ctx)
    for other in (again, kept):
        assert other.search(queries, 10, ctx)[0].tolist() == expected[0].tolist()


def test_that_a_tie_with_the_last_counts_as_found() -> None:
    exact = np.array([[0, 1]]), np.array([[1.0, 0.5]])
    found = np.array([[0, 7]]), np.array([[1.0, 0.5]])
    assert recall(found, exact) == 1.0
    assert recall((np.array([[0, -1]]), np.array([[1.0, -np.inf]])), exact) == 0.5


@pytest.mark.parametrize("kind", ["flat", "ivf", "hnsw"])
def test_that_no_documents_give_no_hits(kind: str, ctx: Context) -> None:
    documents = rows(3, 6, "cosine")
    index = Approximate(dense(index=kind), documents, RANKS, ctx, there=np.zeros(3, dtype=bool))
    assert (index.search(documents, 2, ctx)[0] == -1).all()
