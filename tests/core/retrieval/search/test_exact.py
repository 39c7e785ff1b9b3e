"""Exact search: beside brute force, to the last tie."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.collections.order import ordered, tie_ranks
from core.jobs.context import Context
from core.retrieval.search import eight_bits
from core.retrieval.search.exact import Exact
from core.retrieval.search.running_best import RunningBest

KINDS = ("cosine", "dot", "euclidean")


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def ids(n: int) -> list[str]:
    return [f"d{number * 7919 % n}" for number in range(n)]


def vectors(n: int, d: int, kind: str, seed: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    if kind == "cosine":
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def brute(
    documents: NDArray[np.float32], queries: NDArray[np.float32], kind: str, k: int, ranks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    a, b = queries.astype(np.float64), documents.astype(np.float64)
    if kind == "euclidean":
        scores = -np.sqrt(np.maximum(((a[:, None] - b[None]) ** 2).sum(axis=2), 0))
    else:
        scores = a @ b.T
    places = np.broadcast_to(np.arange(len(documents)), scores.shape)
    return ordered(np.array(places), scores, ranks, k)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 10, 700])
def test_that_it_finds_what_brute_force_finds(kind: str, k: int, ctx: Context) -> None:
    documents, queries = vectors(3000, 16, kind, 0), vectors(40, 16, kind, 1)
    ranks = tie_ranks(ids(3000))
    places, scores = Exact(documents, ranks, similarity=kind).search(queries, k, ctx)
    expected, values = brute(documents, queries, kind, k, ranks)
    assert places.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, values, atol=2e-6)


def test_the_known_answer_for_ties(ctx: Context) -> None:
    documents = np.array([[1.0], [2.0], [2.0], [1.0]], dtype=np.float32)
    index = Exact(documents, tie_ranks(["a", "b", "c", "d"]), similarity="dot")
    query = np.ones((1, 1), dtype=np.float32)
    assert index.search(query, 2, ctx)[0].tolist() == [[2, 1]]
    assert index.search(query, 3, ctx)[0].tolist() == [[2, 1, 3]]


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_large_group_of_ties_at_the_end_is_ordered_by_id(kind: str, ctx: Context) -> None:
    documents = vectors(4000, 8, kind, 2)
    documents[500:3500] = documents[500]
    queries = np.concatenate([documents[500:501] * np.float32(1), vectors(5, 8, kind, 3)])
    ranks = tie_ranks(ids(4000))
    places, _ = Exact(documents, ranks, similarity=kind).search(queries, 50, ctx)
    assert places.tolist() == brute(documents, queries, kind, 50, ranks)[0].tolist()


def test_that_scores_that_always_rise_are_found_too(ctx: Context) -> None:
    documents = np.linspace(0, 1, 20_000, dtype=np.float32)[:, None]
    index = Exact(documents, tie_ranks(ids(20_000)), similarity="dot")
    places, _ = index.search(np.ones((3, 1), dtype=np.float32), 5, ctx)
    assert places.tolist() == [[19_999, 19_998, 19_997, 19_996, 19_995]] * 3


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("block", [32, 100, 1000, 8192])
def test_that_neither_blocks_nor_threads_change_a_digit(block: int, threads: int, ctx: Context) -> None:
    documents, queries = vectors(5000, 48, "cosine", 4), vectors(30, 48, "cosine", 5)
    documents[::3] = documents[0]
    ranks = tie_ranks(ids(5000))
    expected = Exact(documents, ranks).search(queries, 20, ctx)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = Exact(documents, ranks, block=block).search(queries, 20, ctx)
    finally:
        torch.set_num_threads(before)
    assert found[0].tobytes() == expected[0].tobytes()
    assert found[1].tobytes() == expected[1].tobytes()


def test_that_barred_and_empty_documents_are_never_found(ctx: Context) -> None:
    documents = vectors(200, 8, "cosine", 6)
    there = np.arange(200) % 5 != 0
    barred = np.array([1, -1, 7])
    index = Exact(documents, tie_ranks(ids(200)), there=there)
    places, scores = index.search(documents[[1, 2, 7]], 200, ctx, barred=barred)
    assert not (set(places.ravel().tolist()) & set(range(0, 200, 5)))
    assert [int((row >= 0).sum()) for row in places] == [159, 160, 159]
    assert 1 not in places[0]
    assert places[1, 0] == 2
    assert 7 not in places[2]
    assert np.isneginf(scores[places < 0]).all()


def test_that_an_empty_query_finds_nothing_and_none_of_no_documents(ctx: Context) -> None:
    documents = vectors(10, 4, "cosine", 7)
    queries = np.zeros((2, 4), dtype=np.float32)
    queries[1, 0] = 1
    places, _ = Exact(documents, tie_ranks(ids(10))).search(queries, 3, ctx)
    assert places[0].tolist() == [-1, -1, -1]
    assert (places[1] >= 0).all()
    nothing = Exact(documents[:0], tie_ranks([])).search(queries, 3, ctx)
    assert (nothing[0] == -1).all()


def test_that_a_memory_map_is_read_by_blocks(tmp_path: Path, ctx: Context) -> None:
    documents = vectors(1000, 8, "cosine", 8)
    np.save(tmp_path / "v.npy", documents)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    ranks = tie_ranks(ids(1000))
    queries = vectors(4, 8, "cosine", 9)
    places, _ = Exact(mapped, ranks).search(queries, 9, ctx)
    assert places.tolist() == brute(documents, queries, "cosine", 9, ranks)[0].tolist()


@pytest.mark.parametrize("ordered_by_score", [False, True])
def test_that_guessing_by_a_sample_changes_nothing(
    ordered_by_score: bool, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.retrieval.search.exact._FEWEST", 4000)
    documents, queries = vectors(9000, 24, "cosine", 12), vectors(80, 24, "cosine", 13)
    if ordered_by_score:
        documents = documents[np.argsort(documents @ queries[0])]
    documents[200:232] = queries[1]  # a region that the sample sees too much or nothing of
    there = np.arange(9000) % 11 != 0
    ranks = tie_ranks(ids(9000))
    found = []
    for faster in (False, True):
        monkeypatch.setattr("core.retrieval.search.eight_bits.is_faster", lambda faster=faster: faster)
        found.append(Exact(documents, ranks, there=there).search(queries, 10, ctx))
    assert found[0][0].tobytes() == found[1][0].tobytes()
    assert found[0][1].tobytes() == found[1][1].tobytes()


def test_that_a_first_pass_in_8_bits_changes_nothing(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, queries = vectors(8000, 24, "dot", 10), vectors(100, 24, "dot", 11)
    documents[:60] = documents[0]
    queries[0] = documents[0] * 5
    ranks = tie_ranks(ids(8000))
    monkeypatch.setattr("core.retrieval.search.eight_bits.is_faster", lambda: False)
    expected = Exact(documents, ranks, similarity="dot").search(queries, 20, ctx)
    monkeypatch.setattr("core.retrieval.search.eight_bits.is_faster", lambda: True)
    found = Exact(documents, ranks, similarity="dot").search(queries, 20, ctx)
    assert found[0].tobytes() == expected[0].tobytes()
    assert found[1].tobytes() == expected[1].tobytes()


def adversarial(kind: str) -> tuple[NDArray[np.float32], NDArray[np.float32], str]:
    """Documents and queries that bounds could go wrong with."""
    random = np.random.default_rng(20)
    documents, queries = vectors(6000, 24, "cosine", 21), vectors(70, 24, "cosine", 22)
    if kind == "near ties around the k-th":
        documents[1000:4000] = documents[1000] + 1e-7 * random.standard_normal((3000, 24), dtype=np.float32)
        queries[::2] = documents[1000] + 0.01 * queries[::2]
    elif kind == "nothing lost":
        documents = np.eye(24, dtype=np.float32)[random.integers(0, 24, 6000)]
    elif kind == "all scores below 0":
        documents, queries = -np.abs(documents), np.abs(queries)
    elif kind == "one long document":
        documents *= random.uniform(0.001, 1, (6000, 1)).astype(np.float32)
        documents[[7, 4100]] *= 1e4
    elif kind == "long ones last":
        documents *= np.linspace(0.01, 100, 6000, dtype=np.float32)[:, None]
    elif kind == "many empty":
        documents[random.random(6000) < 0.9] = 0
    return documents, queries, "dot"


@pytest.mark.parametrize(
    "kind",
    [
        "near ties around the k-th",
        "nothing lost",
        "all scores below 0",
        "one long document",
        "long ones last",
        "many empty",
    ],
)
@pytest.mark.parametrize("block", [None, 512])
def test_that_bounds_never_lose_a_document(
    kind: str, block: int | None, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.retrieval.search.exact._FEWEST", 4000)
    documents, queries, similarity = adversarial(kind)
    ranks = tie_ranks(ids(len(documents)))
    found = []
    for faster in (False, True):
        monkeypatch.setattr("core.retrieval.search.eight_bits.is_faster", lambda faster=faster: faster)
        found.append(Exact(documents, ranks, similarity=similarity, block=block).search(queries, 20, ctx))
    assert found[0][0].tobytes() == found[1][0].tobytes()
    assert found[0][1].tobytes() == found[1][1].tobytes()
    exact = np.sort(np.round(queries.astype(np.float64) @ documents.T.astype(np.float64), 6), axis=1)
    np.testing.assert_allclose(found[1][1], exact[:, :-21:-1], rtol=1e-12, atol=1.1e-6)


@pytest.mark.parametrize("each", [False, True])
def test_that_products_of_codes_are_not_farther_off_than_the_bound(each: bool) -> None:
    queries, documents = vectors(50, 24, "dot", 23), vectors(900, 24, "dot", 24)
    documents[::7] *= 30
    documents[5], documents[6] = 0, 1
    asked = eight_bits.coded(torch.from_numpy(queries), each=True)
    held = eight_bits.coded(torch.from_numpy(documents), each=each)
    lengths = np.linalg.norm(queries.astype(np.float64), axis=1)
    back = held.codes.double().numpy() * held.steps[:, None]
    assert (np.linalg.norm(documents - back, axis=1) <= held.lost).all()
    if not each:
        scores = queries.astype(np.float64) @ documents.T.astype(np.float64)
        longest = float(np.linalg.norm(documents.astype(np.float64), axis=1).max())
        products = asked.codes.long() @ held.codes.long().T
        for column in range(0, 900, 50):
            below = eight_bits.least_products(asked, lengths, held, longest, scores[:, column])
            assert (products[:, column] > below).all()


def test_that_a_query_with_few_documents_so_far_keeps_them_beside_a_full_one() -> None:
    best = RunningBest(2, 4, torch.zeros(2), torch.full((2,), -torch.inf))
    full = torch.arange(262)
    best.take(
        torch.cat([torch.zeros(262, dtype=torch.int64), torch.ones(1, dtype=torch.int64)]),
        torch.cat([full, torch.tensor([900])]),
        torch.cat([full.float(), torch.tensor([5.0])]),
    )
    best.take(torch.tensor([1, 1]), torch.tensor([901, 902]), torch.tensor([3.0, 4.0]))
    values, places = best.sorted()
    assert places[0].tolist() == [261, 260, 259, 258]
    assert values[1, :3].tolist() == [5.0, 4.0, 3.0]
    assert places[1, :3].tolist() == [900, 902, 901]


@pytest.mark.parametrize("count", [1, 2, 8, 9])
def test_that_few_queries_find_what_many_do(count: int, ctx: Context) -> None:
    documents, queries = vectors(3000, 16, "cosine", 25), vectors(40, 16, "cosine", 26)
    documents[:900] = documents[0]
    queries[0] = documents[0]
    index = Exact(documents, tie_ranks(ids(3000)), there=np.arange(3000) % 7 != 0)
    barred = np.arange(40)
    many = index.search(queries, 10, ctx, barred=barred)
    few = index.search(queries[:count], 10, ctx, barred=barred[:count])
    assert few[0].tobytes() == many[0][:count].tobytes()
    assert few[1].tobytes() == many[1][:count].tobytes()
