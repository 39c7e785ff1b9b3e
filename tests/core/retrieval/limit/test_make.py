"""LIMIT collections: patterns, degrees, what each document says, and that words solve them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.limit.attributes import attributes
from core.retrieval.limit.check import density, found_by_words
from core.retrieval.limit.make import Made, make
from core.retrieval.limit.names import names
from core.retrieval.limit.pattern import fewest, relevant
from core.retrieval.limit.request import Pattern


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def made(ctx: Context, **given: object) -> Made:
    asked = {"documents": 46, "queries": 1_000, "k": 2, "pattern": "dense", "per_document": 45, "seed": 0}
    return make(**{**asked, **given}, ctx=ctx)  # type: ignore[arg-type]


def collection(made: Made) -> Collection:
    return Collection(
        "limit",
        Path(),
        MemoryTexts(made.ids, made.texts),
        MemoryTexts(made.query_ids, made.query_texts),
        made.judgements(),
    )


def test_that_dense_has_the_known_degrees() -> None:
    sets = relevant("dense", 46, 1_000, 2, random.Random(0))
    degrees = Counter(place for places in sets for place in places)
    expected = [45] * 37 + [38] * 2 + [37] * 7
    assert [degrees[place] for place in range(46)] == expected
    assert sets[-1] == (37, 38)
    assert fewest(1_000, 2) == 46


def test_that_the_other_patterns_are_what_they_say() -> None:
    assert relevant("cycle", 5, 5, 3, random.Random(0))[3:] == [(3, 4, 0), (4, 0, 1)]
    assert relevant("disjoint", 6, 3, 2, random.Random(0)) == [(0, 1), (2, 3), (4, 5)]
    drawn = relevant("random", 9, 40, 3, random.Random(0))
    assert all(len(set(places)) == 3 and max(places) < 9 for places in drawn)
    assert len(set(drawn)) > 25


@pytest.mark.parametrize(("pattern", "least"), [("dense", 46), ("disjoint", 2_000), ("cycle", 2)])
def test_that_too_few_documents_are_refused(pattern: Pattern, least: int) -> None:
    with pytest.raises(UserError, match=f"need at least {least:,} documents") as caught:
        relevant(pattern, least - 1, 1_000, 2, random.Random(0))
    assert caught.value.field == "documents"


@pytest.mark.parametrize("pattern", ["dense", "random", "cycle", "disjoint"])
def test_that_a_thing_asked_for_is_liked_by_its_documents_alone(ctx: Context, pattern: Pattern) -> None:
    made_ = made(ctx, documents=300, queries=150, pattern=pattern)
    assert len(set(made_.ids)) == 300
    assert len(set(made_.query_texts)) == 150
    likes = [
        set(text.partition(" likes ")[2].removesuffix(".").replace(" and ", ", ").split(", "))
        for text in made_.texts
    ]
    for query, places in zip(made_.query_texts, made_.sets, strict=True):
        thing = query.removeprefix("Who likes ").removesuffix("?")
        assert {number for number, own in enumerate(likes) if thing in own} == set(places)
    assert all(len(own) == 45 for own in likes)


def test_that_the_paper_s_size_is_dense_and_solved_by_words(ctx: Context) -> None:
    small = collection(made(ctx))
    assert density(small.judgements) == pytest.approx(0.966, abs=5e-4)
    assert found_by_words(small, ctx) == 1.0
    assert density(collection(made(ctx, documents=2_000, pattern="disjoint")).judgements) < 0.001


def test_that_it_follows_from_the_seed(ctx: Context) -> None:
    assert made(ctx) == made(ctx)
    assert made(ctx).texts != made(ctx, seed=1).texts


def test_that_a_missing_relevant_document_is_seen_by_words(ctx: Context) -> None:
    made_ = made(ctx, documents=50, queries=20)
    thing = made_.query_texts[0].removeprefix("Who likes ").removesuffix("?")
    spoiled = [text.replace(thing, "Nothing") for text in made_.texts]
    found = collection(Made(made_.ids, spoiled, made_.query_ids, made_.query_texts, made_.sets))
    assert found_by_words(found, ctx) == pytest.approx(19 / 20)


def test_that_another_collection_is_no_limit_collection(ctx: Context) -> None:
    other = Collection(
        "other", Path(), MemoryTexts(["a"], ["A text."]), MemoryTexts(["q"], ["What?"]), {"q": {"a": 1}}
    )
    with pytest.raises(UserError, match="this is no LIMIT collection") as caught:
        found_by_words(other, ctx)
    assert caught.value.field == "given"


def test_that_there_are_words_enough_for_more_than_the_paper_s_size(ctx: Context) -> None:
    words = attributes(2_000)
    assert len(words) == len(set(words)) >= 2_000
    assert not any("," in word or " and " in f" {word} " for word in attributes(4_000))
    many = names(150_000, random.Random(0))
    assert len(set(many)) == 150_000
    large = made(ctx, documents=3_000, queries=2_500, pattern="random")
    assert found_by_words(collection(large), ctx) == 1.0
    with pytest.raises(UserError, match=r"cannot be made: there are .* attributes"):
        made(ctx, documents=120, queries=5_000)
