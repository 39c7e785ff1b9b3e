"""Queries made of documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.collections.memory import MemoryTexts
from core.jobs.context import Context
from core.retrieval.collections.builders import BUILDERS, Made, parse
from core.retrieval.collections.builders.builder import Documents
from core.retrieval.collections.words import words

ANIMALS = ["otter", "heron", "badger", "lynx", "marten", "osprey", "beaver", "weasel"]


def documents(count: int = 40) -> MemoryTexts:
    """Each with an animal of its own and a number in words that few share; every fifth has no title."""
    bodies = [
        f"The {ANIMALS[n % 8]}{n} lives near river{n // 2}. It eats what the water gives, and rests at noon. "
        f"Nobody has counted the {ANIMALS[n % 8]}{n} since year{n}."
        for n in range(count)
    ]
    titles = ["" if n % 5 == 0 else f"About {ANIMALS[n % 8]}" for n in range(count)]
    return MemoryTexts([f"d{n}" for n in range(count)], bodies, titles)


def build(line: str, texts: Documents, tmp_path: Path, *, count: int = 10, seed: int = 0) -> Made:
    return parse(line).build(texts, count, seed, Context(workdir=tmp_path))


@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_that_the_same_seed_makes_the_same_queries(kind: str, tmp_path: Path) -> None:
    line = f"{kind} words=4" if kind == "part_of_passage" else kind
    made = build(line, documents(), tmp_path, count=6)
    assert len(made.queries) == 6
    assert made == build(line, documents(), tmp_path, count=6)
    assert made.queries != build(line, documents(), tmp_path, count=6, seed=1).queries
    assert made.queries.keys() == made.judgements.keys()
    assert all(set(grades.values()) == {1} for grades in made.judgements.values())


def test_that_a_part_stands_in_its_document_letter_by_letter(tmp_path: Path) -> None:
    texts = documents()
    made = build("part_of_passage words=5", texts, tmp_path, count=40)
    for id, query in made.queries.items():
        assert len(words(query)) == 5
        holders = {texts.ids[n] for n in range(len(texts)) if query in texts.body(n)}
        assert set(made.judgements[id]) == holders
    assert any(len(grades) > 1 for grades in made.judgements.values())  # a part that all have


def test_that_short_documents_give_no_parts(tmp_path: Path) -> None:
    texts = MemoryTexts(["a", "b"], ["one two three", "four five six seven"])
    made = build("part_of_passage words=2", texts, tmp_path)
    assert list(made.judgements.values()) == [{"b": 1}]
    assert not build("part_of_passage words=3", texts, tmp_path).queries


def test_that_keywords_are_rare_and_all_their_documents_answer(tmp_path: Path) -> None:
    texts = documents()
    made = build("keyword terms=1 share=0.06", texts, tmp_path, count=20)
    assert made.queries
    for id, query in made.queries.items():
        holders = {texts.ids[n] for n in range(len(texts)) if query in words(texts.text(n))}
        assert set(made.judgements[id]) == holders
        assert len(holders) <= 2
        assert query not in ("the", "its", "what")
    three = build("keyword", texts, tmp_path, count=5)
    for id, query in three.queries.items():
        (source,) = three.judgements[id]
        said = words(texts.text(texts.ids.index(source)))
        assert [said.index(word) for word in query.split()] == sorted(
            said.index(word) for word in query.split()
        )


def test_that_titles_are_taken_off_and_all_with_the_same_answer(tmp_path: Path) -> None:
    texts = documents()
    made = build("title_to_body", texts, tmp_path, count=8)
    assert sorted(made.queries.values()) == sorted(f"About {animal}" for animal in ANIMALS)
    for id, query in made.queries.items():
        assert set(made.judgements[id]) == {id for n, id in enumerate(texts.ids) if texts.title(n) == query}
    assert parse("title_to_body").altered("T", "body") == ("", "body")


def test_that_the_first_sentence_is_taken_off(tmp_path: Path) -> None:
    builder = parse("first_sentence")
    body = 'Dr. No said: "This is the first of all." It is over now, I think.'
    first, rest = 'Dr. No said: "This is the first of all."', "It is over now, I think."
    assert builder.altered("T", body) == ("T", rest)
    made = build("first_sentence", MemoryTexts(["a", "b"], [body, "Too short. No."]), tmp_path)
    assert list(made.queries.values()) == [first]
    assert builder.altered("", "Too short. No.") == ("", "Too short. No.")
    japanese = "これは最初の文です。これは次の文です。"
    assert builder.altered("", japanese) == ("", "これは次の文です。")


def test_that_noise_changes_the_query_and_not_the_answer(tmp_path: Path) -> None:
    plain = build("part_of_passage words=8", documents(), tmp_path)
    noisy = build("part_of_passage words=8 typos=1 dropped=0.4 lower=true", documents(), tmp_path)
    assert noisy.judgements == plain.judgements
    for id, query in noisy.queries.items():
        assert query != plain.queries[id]
        assert 1 <= len(query.split()) <= len(plain.queries[id].split())


def test_that_a_line_that_names_no_builder_is_told() -> None:
    with pytest.raises(ValueError, match="there is no 'guess'; there are first_sentence, keyword"):
        parse("guess")
    with pytest.raises(ValueError, match="takes typos"):
        parse("keyword length=3")
    assert parse("keyword terms=2").line == "keyword terms=2"
    assert parse("keyword terms=3").line == "keyword"
