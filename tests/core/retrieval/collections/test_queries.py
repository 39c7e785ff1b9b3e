"""Queries from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.collections.tally import Tally
from core.errors import UserError
from core.retrieval.collections.queries import read_queries


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("q.jsonl", '{"_id": "007", "text": "who"}\n', {"007": "who"}),
        ("q.jsonl", '{"qid": 7, "query": "who"}\n', {"7": "who"}),
        ("q.csv", "id,question\n1,who\n2,what\n", {"1": "who", "2": "what"}),
        ("q.csv", "query\nwho\nwhat\n", {"1": "who", "2": "what"}),
        ("q.tsv", "1\twho is\n2\twhat is\n", {"1": "who is", "2": "what is"}),
        ("q.txt", "1\twho is\n2\twhat is\n", {"1": "who is", "2": "what is"}),
        ("q.txt", "who is\n\nwhat is\n", {"1": "who is", "2": "what is"}),
        ("q.topics", "<top><num>5<title>ships<desc>All ships.</top>", {"5": "ships"}),
    ],
)
def test_that_queries_are_read_however_they_are_written(
    name: str, text: str, found: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    assert read_queries(tmp_path / name, None, Tally()) == found


def test_that_the_part_of_a_topic_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "topics"
    path.write_text("<top><num>5<title>ships<desc>All ships.</top><top><num>6<title>boats</top>")
    assert read_queries(path, None, Tally(), part="description") == {"5": "All ships.", "6": "boats"}
    assert read_queries(path, None, Tally(), part="both") == {"5": "ships All ships.", "6": "boats"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("q.txt", "", "holds no queries"),
        ("q.csv", "id,query\n1,who\n1,what\n", "line 3: the id '1' stands for another query"),
        ("q.jsonl", "x\n", "line 1, is no JSON object"),
    ],
)
def test_that_what_holds_no_queries_is_told(name: str, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=said) as caught:
        read_queries(tmp_path / name, None, Tally())
    assert caught.value.field == "queries"
