"""Systems in turn: names, what builds on what, documents that are their own query."""

from pathlib import Path

import numpy as np
import pytest

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.evaluate.ranked import identical, in_turn, names_of, rank_all
from core.retrieval.systems import System
from core.retrieval.systems.bm25 import Bm25
from core.retrieval.systems.hybrid import Hybrid
from tests.core.retrieval.toys import toy_collection


def test_that_no_two_systems_have_the_same_name() -> None:
    names = names_of([Bm25(), Bm25(label="mine"), Bm25()])
    assert names == [Bm25().named(), "mine", f"{Bm25().named()} (2)"]


def test_that_a_name_given_twice_is_refused() -> None:
    with pytest.raises(UserError, match="Two systems are called 'mine'"):
        names_of([Bm25(label="mine"), Bm25(label="mine")])


def test_that_what_is_needed_comes_first() -> None:
    systems: list[System] = [Hybrid(of=["a", "b"]), Bm25(label="a"), Bm25(label="b", k1=2)]
    assert in_turn(systems, names_of(systems)) == [1, 2, 0]


def test_that_a_circle_and_a_stranger_are_refused() -> None:
    circle: list[System] = [Hybrid(of=["y"], label="x"), Hybrid(of=["x"], label="y")]
    with pytest.raises(UserError, match="x and y need each other"):
        in_turn(circle, ["x", "y"])
    stranger: list[System] = [Bm25(label="a"), Hybrid(of=["a", "zebra"], label="h")]
    with pytest.raises(UserError, match="h builds on 'zebra', which is none of the systems; there are a"):
        in_turn(stranger, ["a", "h"])


def test_that_the_rankings_come_in_the_order_asked_for(tmp_path: Path) -> None:
    systems: list[System] = [
        Hybrid(of=["a", "b"], label="both"),
        Bm25(label="a"),
        Bm25(label="b", k1=2),
    ]
    found = rank_all(systems, toy_collection(), 3, Context(workdir=tmp_path))
    assert list(found) == ["both", "a", "b"]
    assert found["a"].ids(1, toy_collection().documents.ids)[0] == "d3"
    assert found["both"].ids(1, toy_collection().documents.ids)[0] == "d3"


def questions_that_are_documents(same: int) -> Collection:
    texts = [f"question {number}" for number in range(4)]
    asked = [text if number < same else f"other {text}" for number, text in enumerate(texts)]
    ids = ["a", "b", "c", "d"]
    return Collection(
        name="",
        path=Path(),
        documents=MemoryTexts(ids, texts),
        queries=MemoryTexts(ids, asked),
        judgements={id: {"a": 1} for id in ids},
    )


def test_that_queries_that_are_documents_are_left_out_by_themselves() -> None:
    found = identical(questions_that_are_documents(2), "auto")
    assert found is not None
    assert np.array_equal(found, [0, 1, 2, 3])
    assert identical(questions_that_are_documents(1), "auto") is None
    assert identical(questions_that_are_documents(4), "no") is None
    assert identical(toy_collection(), "yes") is None
