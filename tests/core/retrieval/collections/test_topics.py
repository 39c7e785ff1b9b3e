"""TREC's topics, closed and unclosed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.collections.tally import Tally
from core.errors import UserError
from core.retrieval.collections.topics import Topic, read_topics

OPEN = """
<top>
<num> Number: 301
<title> International Organized Crime

<desc> Description:
Identify organizations &amp; people
that cross borders.

<narr> Narrative:
A relevant document must...
</top>
<top><head> Tipster Topic
<num> Number: 302 <title> Topic: Poliomyelitis
</top>
"""
WEB = """<?xml version="1.0"?><webtrack2009><topic number="1" type="faceted">
<query>obama family tree</query><description>Find out.</description><subtopic>x</subtopic></topic>
</webtrack2009>"""


def read(folder: Path, text: str | bytes) -> list[Topic]:
    path = folder / "topics"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_topics(path)


def test_that_tags_need_not_be_closed(tmp_path: Path) -> None:
    assert read(tmp_path, OPEN) == [
        Topic(
            "301",
            "International Organized Crime",
            "Identify organizations & people that cross borders.",
            "A relevant document must...",
        ),
        Topic("302", "Poliomyelitis"),
    ]


def test_that_closed_tags_and_the_web_tracks_are_read(tmp_path: Path) -> None:
    closed = "<top><num>7</num><title>ships</title><desc>All ships.</desc></top>"
    assert read(tmp_path, closed.replace(">", ">\r\n")) == [Topic("7", "ships", "All ships.")]
    assert read(tmp_path, WEB) == [Topic("1", "obama family tree", "Find out.")]


def test_that_lines_of_id_and_text_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff007\twho is\tthis\r\n\r\n8\twhat\n") == [
        Topic("007", "who is\tthis"),
        Topic("8", "what"),
    ]


def test_that_an_older_encoding_is_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "topics"
    path.write_bytes("1\tcafé\n".encode("cp1252"))
    tally = Tally()
    assert read_topics(path, tally=tally) == [Topic("1", "café")]
    assert tally.skipped()[0].what == "files that are not UTF-8 (read as Windows-1252)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no topics"),
        ("1 no tab here\n", "line 1: neither <top> nor an id, a tab"),
        ("\n<top><title>x</title></top>", "line 2: a topic without a number"),
        ("1\ta\n1\tb\n", "two topics '1'"),
    ],
)
def test_that_what_holds_no_topics_is_told(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said) as caught:
        read(tmp_path, text)
    assert caught.value.field == "queries"
