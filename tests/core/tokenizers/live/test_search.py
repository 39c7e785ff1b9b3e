from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.live import search
from core.tokenizers.live.answers import Answers
from core.tokenizers.live.request import AskVocabulary
from core.tokenizers.live.result import VocabularyPage
from tests.core.tokenizers import files


def page(desk: Answers, path: Path, other: Path | None = None, **asked: Any) -> VocabularyPage:
    found = desk.answer(AskVocabulary(path, other, **asked))
    assert isinstance(found, VocabularyPage)
    return found


def contents(found: VocabularyPage) -> list[str]:
    assert found.problem == ""
    return [entry.content for entry in found.entries]


def test_that_a_page_says_how_many_there_are_in_all(desk: Answers, letters: Path) -> None:
    found = page(desk, letters, start=2, count=3)
    assert (contents(found), found.found) == (["c", "d", "e"], 63)
    assert [entry.id for entry in found.entries] == [2, 3, 4]
    assert page(desk, letters, start=1_000).entries == ()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("the", ["the", "Ġthe"]),
        (" the", ["Ġthe"]),
        ("THE", ["the", "Ġthe"]),
        ("#2", ["c"]),
        ("0x0a", ["Ċ"]),
        ("0x7468", ["th", "the", "Ġthe"]),
        ("<eos>", ["<eos>"]),
        ("nowhere", []),
    ],
)
def test_that_text_ids_and_bytes_are_looked_for(
    desk: Answers, letters: Path, query: str, wanted: list[str]
) -> None:
    assert contents(page(desk, letters, query=query)) == wanted


def test_that_expressions_see_spaces_as_spaces(desk: Answers, letters: Path) -> None:
    assert contents(page(desk, letters, query=r"^\s\w", regex=True)) == ["Ġthe"]


@pytest.mark.parametrize("query", ["(", "[", r"(?P<a", "*"])
def test_that_what_is_no_expression_is_told(desk: Answers, letters: Path, query: str) -> None:
    found = page(desk, letters, query=query, regex=True)
    assert found.problem.startswith("That is no regular expression: ")


def test_that_an_expression_that_takes_too_long_is_stopped(
    desk: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXPRESSION_SECONDS", 0.2)
    vocab = {"a": 0, "a" * 4_000: 1}
    data = files.tokenizer(files.bpe(vocab), pre_tokenizer=files.BYTE_LEVEL, decoder=files.BYTE_LEVEL)
    path = files.write(tmp_path / "long" / "tokenizer.json", data)
    found = page(desk, path, query=r"(a|aa)+\1+b$", regex=True)
    assert "make it simpler" in found.problem


def test_that_kinds_and_scripts_are_told_apart(desk: Answers, letters: Path, first: Path) -> None:
    assert contents(page(desk, letters, kind="special")) == ["<bos>", "<eos>", "<turn>"]
    assert contents(page(desk, first, kind="byte")) == ["<0x0A>"]
    assert contents(page(desk, first, kind="text", script="Latin")) == ["▁the", "é"]
    assert page(desk, first, script="Han").found == 0
    assert "Klingonese" in page(desk, first, script="Klingonese").problem


def test_that_tokens_are_sorted_either_way(desk: Answers, letters: Path) -> None:
    longest = contents(page(desk, letters, kind="text", sort="length", descending=True, count=3))
    assert longest == ["Ġthe", "the", "th"]
    assert contents(page(desk, letters, kind="text", sort="text", count=2)) == ["Ċ", "Ġ"]


def test_that_two_vocabularies_are_laid_side_by_side_by_their_bytes(
    desk: Answers, first: Path, second: Path
) -> None:
    found = page(desk, first, second, side="both")
    assert [(entry.content, entry.id, entry.other_id) for entry in found.entries] == [
        ("▁the", 0, 0),
        ("é", 1, 1),
        ("▁▁", 3, 3),
    ]
    assert (found.only_first, found.both, found.only_second) == (2, 3, 3)
    only = page(desk, first, second, side="second")
    assert [(entry.content, entry.id, entry.other_id) for entry in only.entries] == [
        ("Ċ", None, 2),
        ("<|bos|>", None, 4),
        ("Ġcat", None, 5),
    ]
    assert page(desk, first, second).found == 8
    assert contents(page(desk, first, second, side="second", query="cat")) == ["Ġcat"]
