"""Rankings looked into without a model."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.jobs.context import Context
from core.retrieval.record.inspect import Query, Record
from core.retrieval.record.write import write_record
from core.retrieval.why.inspect import (
    Reasons,
    Shared,
    agreement,
    kendall,
    rank_biased_overlap,
    scores,
    shared_words,
    slices,
)
from tests.core.retrieval.toys import toy_ranking

DOCUMENTS = {
    "plane": "A plane with two engines flies at 300 knots.",
    "twin": "a plane with two engines flies, at 300 knots",
    "boat": "The boat does not sail at night.",
    "hub": "Everything about everything.",
    "fast": "The boat sails by day.",
    **{f"filler{number}": f"Nothing of note, part {number}." for number in range(16)},
}
QUERIES = {
    "double": "a plane that flies with two engines",
    "gap": "aircraft velocity measured",
    "short": "boat",
    "negation": "which boat does not sail",
    "number": "a plane of 300 knots",
    "good": "plane engines at knots",
    "nothing": "nothing is relevant to this",
    "gone": "what was taken out of here",
}
JUDGEMENTS = {
    "double": {"twin": 1},
    "gap": {"plane": 1},
    "short": {"fast": 1},
    "negation": {"boat": 1},
    "number": {"plane": 2, "fast": 0},
    "good": {"plane": 1},
    "nothing": {"plane": 0},
    "gone": {"not there": 1},
}
IDS = list(DOCUMENTS)


def places(*ids: str) -> tuple[int, ...]:
    return tuple(IDS.index(id) for id in ids)


RANKING = toy_ranking(
    places("plane", "twin"),
    places("boat", "filler1", "filler2", "filler3", "filler4", "filler5", "plane"),
    places("hub", "fast"),
    places("fast", "boat"),
    places("fast", "plane"),
    places("plane", "hub"),
    places("hub"),
    places("hub"),
)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    collection = Collection(
        name="toy",
        path=tmp_path,
        documents=MemoryTexts(IDS, list(DOCUMENTS.values())),
        queries=MemoryTexts(list(QUERIES), list(QUERIES.values())),
        judgements=JUDGEMENTS,
    )
    write_record(tmp_path, collection, {"A": RANKING}, Context(workdir=tmp_path))
    return Record(tmp_path)


def test_that_words_are_found_as_bm25_splits_them() -> None:
    text = "Sail-boats, boats and BOATS."
    assert shared_words("which boats sail?", text) == [
        Shared("boats", ((5, 10), (12, 17), (22, 27))),
        Shared("sail", ((0, 4),)),
    ]
    assert shared_words("nothing", text) == []
    assert shared_words("c++ code", "C++ is code", r"[\w+]+")[0] == Shared("c++", ((0, 3),))


def test_that_rank_biased_overlap_has_its_known_answer() -> None:
    assert rank_biased_overlap("abcd", "bace") == pytest.approx(0.656223, abs=1e-6)
    assert rank_biased_overlap("abcd", "abcd") == 1
    assert rank_biased_overlap("ab", "cd") == 0
    assert rank_biased_overlap("", "") == 1
    assert rank_biased_overlap("abcd", "a") == rank_biased_overlap("a", "abcd")


def test_that_kendalls_tau_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    for count in (2, 5, 30):
        one, other = rng.permutation(count).tolist(), rng.permutation(count).tolist()
        first, second = [str(each) for each in one], [str(each) for each in other]
        tau = stats.kendalltau([one.index(each) for each in range(count)],
                               [other.index(each) for each in range(count)]).statistic  # fmt: skip
        assert kendall(first, second) == pytest.approx(tau)
    assert kendall(["a"], ["a"]) is None


def test_that_rankings_are_compared_where_both_have_a_document() -> None:
    found = agreement(["a", "b", "c", "d"], ["b", "a", "e", "c"], k=3)
    assert (found.both, found.new, found.lost) == (3, ("e",), ("c",))
    assert found.tau == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("double", {"double"}),
        ("gap", {"word gap", "unjudged"}),
        ("short", {"short"}),
        ("negation", {"negation"}),
        ("number", {"number"}),
        ("good", set()),
        ("nothing", {"no relevant"}),
        ("gone", {"not in the collection"}),
    ],
)
def test_that_reasons_are_named(query: str, kinds: set[str], record: Record) -> None:
    asked = next(each for each in record.queries() if each.id == query)
    found = Reasons(record, "A").of(asked)
    assert {tag.kind for tag in found} == kinds
    assert all(tag.sentence.endswith(".") for tag in found)


def test_that_a_document_before_most_queries_is_a_hub(tmp_path: Path) -> None:
    ids = [f"d{number}" for number in range(60)]
    queries = [f"q{number}" for number in range(20)]
    collection = Collection(
        name="toy",
        path=tmp_path,
        documents=MemoryTexts(ids, [f"text {id}" for id in ids]),
        queries=MemoryTexts(queries, [f"some long query {id}" for id in queries]),
        judgements={query: {ids[-1]: 1} for query in queries},
    )
    ranking = toy_ranking(*((0, 2 * number + 1, 2 * number + 2) for number in range(20)))
    write_record(tmp_path, collection, {"A": ranking}, Context(workdir=tmp_path))
    record = Record(tmp_path)
    found = Reasons(record, "A").of(record.queries()[3])
    assert [tag.sentence for tag in found if tag.kind == "hub"] == [
        "The first hit is among the first ten of 20 queries."
    ]


def test_that_scores_are_counted_by_what_was_judged(record: Record) -> None:
    found = scores(record, "A", bins=4)
    total = sum(map(sum, (found.relevant, found.not_relevant, found.unjudged)))
    assert total == int((RANKING.places >= 0).sum())
    assert sum(found.relevant) == 6
    assert sum(found.not_relevant) == 1
    assert (found.low, found.high) == (pytest.approx(1 / 7), 1)
    relevant, judged = [1 / 2, 1 / 7, 1 / 2, 1 / 2, 1 / 2, 1], [1]
    assert found.auc == np.mean([(a > b) + (a == b) / 2 for a in relevant for b in judged])
    assert found.at(1) == (1 / 8, 1 / 7)
    assert found.at(0) == (6 / total, 6 / 7)
    assert found.at(2) == (None, 0)
    assert len(found.gaps) == 6
    assert set(found.gaps) == {0.5}


def test_that_slices_hold_each_query_once_and_share_the_loss() -> None:
    queries = [Query(f"q{n}", "word " * (n + 1), n % 4) for n in range(25)]
    values = {query.id: n / 25 for n, query in enumerate(queries[:-1])}
    found = slices(queries, values)
    assert [each.loss for each in found] == sorted((each.loss for each in found), reverse=True)
    for by in ("length", "relevant documents"):
        those = [each for each in found if each.by == by]
        assert sum(each.loss for each in those) == pytest.approx(1)
        assert not any(set(a.queries) & set(b.queries) for a, b in combinations(those, 2))
        assert sorted(id for each in those for id in each.queries) == sorted(values)
    names = {each.name for each in found}
    assert {"0 to 3 words", "4 to 6 words", "more than 20 words", "1 relevant document"} <= names
    one = next(each for each in found if each.name == "4 to 6 words")
    mean = np.mean([3 / 25, 4 / 25, 5 / 25])
    half = 1.96 * np.std([3 / 25, 4 / 25, 5 / 25], ddof=1) / np.sqrt(3)
    assert (one.mean, one.low, one.high) == pytest.approx((mean, mean - half, mean + half))
