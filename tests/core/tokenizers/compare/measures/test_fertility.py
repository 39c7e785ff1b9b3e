"""Fertility and continued words."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.compare.measures.fertility import ContinuedWords, Fertility
from core.tokenizers.compare.words import Words
from tests.core.tokenizers.compare.measured import byte_level, cut, ratio, units_of


@pytest.mark.parametrize(
    ("units", "tokens", "continued", "words"),
    [
        (["Hello", " world"], 2, 0, 2),
        (["He|llo", " wor|ld"], 4, 2, 2),
        (["Hello|,", " world|!"], 2, 0, 2),  # punctuation is not charged
        (["Hello", "| |world"], 3, 1, 2),  # the space before a word is
        (["Hello| | |world"], 3, 1, 2),  # but not any space before that
        (["Hello|\n|world"], 2, 0, 2),
        (["don|'t"], 2, 1, 1),
        (["of the| day"], 2, 0, 3),  # a token of two words counts once
        (["(|", "x|)"], 1, 0, 1),
        (["|cat"], 1, 0, 1),  # an empty token holds nothing
        (["né|e", " 日|本"], 2, 1, 1),
    ],
)
def test_that_tokens_are_charged_to_the_words_that_they_hold_some_of(
    tmp_path: Path, units: list[str], tokens: int, continued: int, words: int
) -> None:
    tokenizer = byte_level(tmp_path)
    found = cut(*units)
    assert len(found.words) == words
    assert ratio("fertility", found, tokenizer) == tokens / words
    assert ratio("continued_words", found, tokenizer) == continued / words


def test_that_by_spaces_punctuation_is_charged(tmp_path: Path) -> None:
    spaces: Words = "spaces"
    found = cut("Hello|,", " |world|!", how=spaces)
    assert ratio("fertility", found, byte_level(tmp_path)) == 5 / 2
    assert ratio("continued_words", found, byte_level(tmp_path)) == 1


def test_that_units_are_told_apart(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "Ġ a", "Ġa b")
    units = units_of(tokenizer, " ab", "", " abc", ",")
    assert Fertility().columns(units, tokenizer)["word_tokens"].tolist() == [1, 0, 2, 0]
    assert ContinuedWords().columns(units, tokenizer)["continued_words"].tolist() == [0, 0, 1, 0]
