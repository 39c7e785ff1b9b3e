"""Pairs to train heads on: read, or made of a collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.collections.read import open_collection
from core.errors import UserError
from core.retrieval.study.pairs import Pair, apart, made_pairs, read_pairs
from tests.core.retrieval.study.toys import write_toy_collection


def test_that_a_table_and_lines_of_json_are_read_alike(tmp_path: Path) -> None:
    expected = [Pair("a, b", "one", "two"), Pair("c", "three\nlines")]
    table = tmp_path / "pairs.csv"
    table.write_bytes(
        b'\xef\xbb\xbfQuery,positive,negative\r\n"a, b",one,two\r\n,nothing,\r\nc,"three\nlines",\r\nd,,\r\n'
    )
    lines = tmp_path / "pairs.jsonl"
    lines.write_text(
        '{"query": "a, b", "positive": "one", "negative": "two"}\n\n{"query": " ", "positive": "x"}\n'
        '{"query": "c", "positive": "three\\nlines"}\n{"query": "d", "positive": 3}\n',
        encoding="utf-8",
    )
    for file in (table, lines):
        found, skipped = read_pairs(file, 100)
        assert found == expected
        assert [(each.what, each.count) for each in skipped] == [("pairs without a query or a positive", 2)]
        assert skipped[0].places[0] == f"{file.name}, line 3"
    assert len(read_pairs(lines, 2)[0]) == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "question,answer\na,b\n", "has no column 'query'; it has question, answer"),
        ("a.csv", "query,positive\na,b\n", "has 1 pairs with a query and a positive"),
        ("a.jsonl", '{"query": "a", "positive": "b"}\n{"query"\n', "line 2, is no JSON"),
        ("a.jsonl", "[1]\n", "line 1, is no JSON object"),
    ],
)
def test_that_what_is_no_pairs_says_why(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said) as caught:
        read_pairs(tmp_path / name, 10)
    assert caught.value.field == "pairs"


def test_that_pairs_are_made_of_titles_or_else_of_first_sentences(tmp_path: Path) -> None:
    titled = open_collection(write_toy_collection(tmp_path / "titled"))
    pairs, how = made_pairs(titled, 10, 0)
    assert len(pairs) == 10
    assert how == "titles and bodies of its documents"
    assert all(pair.query.startswith(("About the", "More of the")) for pair in pairs)
    assert made_pairs(titled, 10, 0)[0] == pairs != made_pairs(titled, 10, 1)[0]
    bare = open_collection(write_toy_collection(tmp_path / "bare", titles=False))
    pairs, how = made_pairs(bare, 100, 0)
    assert how == "first sentences of its documents and what follows"
    assert len(pairs) == 24
    assert pairs[0].query.endswith("were seen.")
    assert pairs[0].positive.startswith("Nobody had known")


def test_that_the_collection_s_queries_are_never_trained_on(tmp_path: Path) -> None:
    collection = open_collection(write_toy_collection(tmp_path))
    own = Pair("where was  the Clock?", "x")
    kept, left = apart([own, Pair("a", "b"), Pair("c", "d")], collection)
    assert [pair.query for pair in kept] == ["a", "c"]
    assert left[0].count == 1
    with pytest.raises(UserError, match="The pairs are the collection's own queries"):
        apart([own, own], collection)
