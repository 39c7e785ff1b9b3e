"""BM25: the known answers, beside bm25s, and on the shared collections."""

from pathlib import Path

import bm25s
import numpy as np
import pytest

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.collections.read import open_collection
from core.jobs.context import Context
from core.retrieval.measures.judged import judge_places
from core.retrieval.measures.spelt import measure
from core.retrieval.measures.values import values
from core.retrieval.ranking import Ranking, Task
from core.retrieval.search.bm25_index import Words, built
from core.retrieval.systems.bm25 import Bm25

TEXTS = ["the cat sat on the mat", "the dog sat", "a cat and a dog played", "birds sing"]


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def collection(texts: list[str], queries: list[str]) -> Collection:
    return Collection(
        "made",
        Path("made"),
        MemoryTexts([f"d{place}" for place in range(len(texts))], texts),
        MemoryTexts([f"q{place}" for place in range(len(queries))], queries),
        {},
    )


def ranked(texts: list[str], queries: list[str], system: Bm25, ctx: Context, k: int = 10) -> Ranking:
    return system.rank(Task(collection(texts, queries), k), ctx)


@pytest.mark.parametrize(
    ("variant", "k1", "expected"),
    [
        ("lucene", 1.5, [0.467831, 0.319553, 0.233916, 0]),
        ("lucene", 1.2, [0.539291, 0.358161, 0.269645, 0]),
        ("atire", 1.5, [1.169578, 0.798882, 0.584789, 0]),
        ("robertson", 1.5, [0, 0, 0, 0]),
        ("bm25l", 1.5, [1.584940, 1.374344, 1.225687, 0.866434]),
        ("bm25+", 1.5, [2.462390, 1.972355, 1.689340, 0.916291]),
    ],
)
def test_the_known_answers(variant: str, k1: float, expected: list[float]) -> None:
    system = Bm25.model_validate({"variant": variant, "k1": k1})
    index = built([TEXTS], system)
    numbers = Words(system, index.vocab_dict).known("cat sat")
    np.testing.assert_allclose(index.get_scores_from_ids(numbers), expected, atol=1e-6)


@pytest.mark.parity
@pytest.mark.parametrize("variant", ["lucene", "robertson", "atire", "bm25l", "bm25+"])
def test_that_scores_are_those_of_bm25s(variant: str) -> None:
    random = np.random.default_rng(0)
    words = [f"w{number}" for number in range(60)]
    texts = [" ".join(random.choice(words, random.integers(0, 40))) for _ in range(300)]
    system = Bm25.model_validate({"variant": variant, "k1": 0.9, "b": 0.4})
    ours = built([texts[:100], texts[100:150], texts[150:]], system)
    theirs = bm25s.BM25(k1=0.9, b=0.4, delta=0.5, method=variant)
    theirs.index([text.split() for text in texts], show_progress=False)
    for query in ("w1 w2 w1", "w3 nothing", "w59 w0 w7 w8 w9"):
        mine = ours.get_scores_from_ids(Words(system, ours.vocab_dict).known(query))
        np.testing.assert_allclose(mine, theirs.get_scores(query.split()), rtol=1e-5, atol=1e-6)


def test_that_only_documents_with_a_word_of_the_query_are_found(ctx: Context) -> None:
    for variant in ("lucene", "robertson", "bm25+"):
        system = Bm25.model_validate({"variant": variant})
        found = ranked(TEXTS, ["Cat, sat!", "nothing of it", "BIRDS"], system, ctx)
        assert {place for place in found.places[0].tolist() if place >= 0} == {0, 1, 2}
        assert (found.places[1] == -1).all()
        assert found.places[2].tolist() == [3] + [-1] * 9
        assert found.details["queries without a known word"] == 1


def test_that_equal_texts_tie_by_id_also_at_the_end(ctx: Context) -> None:
    found = ranked(["cat dog"] * 12 + ["cat"], ["cat dog"], Bm25.model_validate({}), ctx, k=3)
    assert found.ids(0, [f"d{place}" for place in range(13)]) == ["d9", "d8", "d7"]


def test_stems_and_stop_words_and_what_a_word_is(ctx: Context) -> None:
    texts = ["the wings were tested", "a wing", "test-bed"]
    system = Bm25.model_validate({"stemmer": "english", "stop_words": "english"})
    assert Words(system).split(texts[0]) == ["wing", "were", "test"]
    assert set(ranked(texts, ["testing wings"], system, ctx).places[0].tolist()) == {0, 1, 2, -1}
    whole = Bm25.model_validate({"words": r"\S+"})
    assert ranked(texts, ["test"], whole, ctx).places[0, 0] == -1
    assert ranked(texts, ["TEST-bed"], whole, ctx).places[0, 0] == 2


def test_that_a_kept_index_answers_alike(tmp_path: Path, ctx: Context) -> None:
    for variant in ("lucene", "bm25l"):
        task = Task(collection(TEXTS, ["cat sat"]), 4, cache=tmp_path)
        system = Bm25.model_validate({"variant": variant})
        first, second = system.rank(task, ctx), system.rank(task, ctx)
        assert (first.costs.cached, second.costs.cached) == (False, True)
        assert second.costs.build_seconds == 0
        assert first.scores.tobytes() == second.scores.tobytes()
        assert first.places.tolist() == second.places.tolist()


def test_that_a_barred_document_is_not_found(ctx: Context) -> None:
    task = Task(collection(TEXTS, ["cat", "cat"]), 2, barred=np.array([0, -1]))
    assert Bm25.model_validate({}).rank(task, ctx).places.tolist() == [[2, -1], [2, 0]]


def test_that_nothing_is_found_in_no_documents(ctx: Context) -> None:
    assert (ranked([], ["cat"], Bm25.model_validate({}), ctx).places == -1).all()
    assert (ranked(["", "..."], ["cat"], Bm25.model_validate({}), ctx).places == -1).all()


@pytest.mark.parity
@pytest.mark.parametrize(
    ("name", "expected"),
    [("cranfield", [0.399, 0.723]), ("npl", [0.356, 0.462]), ("limit-small", [0.997, 1.0])],
)
def test_the_published_figures(name: str, expected: list[float], shared_data: Path, ctx: Context) -> None:
    """Of the shared data's own description."""
    opened = open_collection(shared_data / "ir" / name, ctx)
    found = Bm25.model_validate({}).rank(Task(opened, 100), ctx)
    judged = judge_places(found.places, opened.documents.ids, opened.queries.ids, opened.judgements)
    means = values(judged, [measure("nDCG@10"), measure("R@100")]).mean(axis=0)
    assert np.round(means, 3).tolist() == expected
