"""What counts as a word."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizers.compare.words import Words, has_words, words_of, words_of_units


def found(text: str, how: Words = "unicode") -> list[str]:
    data = text.encode()
    return [data[begin:end].decode() for begin, end in words_of(text, how)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, world!", ["Hello", "world"]),
        ("Don't l’été rock'n'roll", ["Don't", "l’été", "rock'n'roll"]),
        ("stop-gap a--b -x y-", ["stop-gap", "a", "b", "x", "y"]),
        ("snake_case 12 1,234.5", ["snake_case", "12", "1", "234", "5"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("a\u0301gua", ["a\u0301gua"]),
        ("👩‍👩‍👧 ❤️ \u200d", []),
        ("日本語 text です", ["text"]),
        ("ラーメン", []),
        ("ภาษาไทย ລາວ ខ្មែរ မြန်မာ", []),
        ("한국어 문장", ["한국어", "문장"]),
        ("", []),
    ],
)
def test_that_words_are_runs_of_letters_with_apostrophes_and_hyphens_inside(
    text: str, words: list[str]
) -> None:
    assert found(text) == words


def test_that_words_by_spaces_are_whatever_stands_between_them() -> None:
    assert found("«Hello»,\n 日本 -\u00a0x", "spaces") == ["«Hello»,", "日本", "-", "x"]


@given(st.text(), st.sampled_from(["unicode", "spaces"]))
def test_that_spans_are_where_the_words_stand_in_the_bytes(text: str, how: Words) -> None:
    spans = words_of(text, how)
    data = text.encode()
    assert all(begin < end for begin, end in spans)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
    if how == "spaces":
        assert [data[begin:end].decode() for begin, end in spans] == regex.findall(r"\S+", text)


@given(st.text(st.characters(codec="ascii")))
def test_that_words_of_ascii_are_those_of_a_plain_pattern(text: str) -> None:
    assert found(text) == re.findall(r"\w+(?:['-]\w+)*", text, re.ASCII)
    assert found(text + " é")[:-1] == found(text)
    assert found(text + " é", "spaces")[:-1] == found(text, "spaces")


@given(st.lists(st.text()), st.sampled_from(["unicode", "spaces"]))
def test_that_many_texts_have_the_words_that_each_has(texts: list[str], how: Words) -> None:
    expected = []
    place = 0
    for text in texts:
        expected += [(place + begin, place + end) for begin, end in words_of(text, how)]
        place += len(text.encode())
    assert list(map(tuple, words_of_units(texts, how).tolist())) == expected


def test_that_no_word_goes_from_one_text_into_the_next() -> None:
    assert words_of_units(["wo", "rd"]).tolist() == [[0, 2], [2, 4]]


@pytest.mark.parametrize(
    ("language", "words"),
    [("eng", True), ("arb", True), ("hin", True), ("kor", True), ("cmn_hans", False), ("jpn", False),
     ("tha", False), ("khm", False)],
)  # fmt: skip
def test_that_languages_without_spaces_between_words_have_none(
    shared_data: Path, language: str, words: bool
) -> None:
    text = (shared_data / "multilingual" / "udhr" / f"{language}.txt").read_text(encoding="utf-8")
    assert has_words(text) is words
    assert has_words(text, "spaces")
