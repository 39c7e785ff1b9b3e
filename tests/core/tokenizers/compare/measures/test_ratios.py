"""Ratios of sums over a text, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.compare.measures import MEASURES
from core.tokenizers.compare.measures.measure import Ratio
from tests.core.tokenizers.compare.measured import (
    byte_level,
    cut,
    ratio,
    sentencepiece_like,
    units_of,
    word_piece,
)


def test_that_bytes_and_characters_are_the_known_ones(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path)
    units = units_of(tokenizer, "né 日本")
    assert len(units.ids) == 10
    assert ratio("bytes_per_token", units, tokenizer) == 1
    assert ratio("characters_per_token", units, tokenizer) == 0.5
    assert ratio("split_characters", units, tokenizer) == 3 / 5
    assert ratio("words_per_token", units, tokenizer) == 1 / 10  # "né"; Chinese has no words


def test_that_a_character_is_split_once_whatever_the_number_of_its_tokens(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "æ Ĺ", "Ã ©")
    units = units_of(tokenizer, "日é", "é日")
    assert len(units.ids) == 2 * (2 + 1)
    assert ratio("split_characters", units, tokenizer) == 2 / 4
    assert ratio("split_characters", units_of(tokenizer, "abc"), tokenizer) == 0


def test_that_unknown_tokens_are_told_from_the_text_under_them(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "hello", "x")
    units = units_of(tokenizer, "Hello 🙂🙂 x", " zz")
    assert ratio("unknown_rate", units, tokenizer) == 2 / 4
    assert ratio("unknown_bytes", units, tokenizer) == (8 + 2) / (16 + 3)


def test_that_bytes_are_a_fallback_where_the_vocabulary_has_other_tokens(tmp_path: Path) -> None:
    tokenizer = sentencepiece_like(tmp_path, "a b")
    units = units_of(tokenizer, "ab é日")
    assert len(units.ids) == 1 + 1 + 1 + 2 + 3  # the space put before, ab, a space, bytes
    assert ratio("byte_fallback", units, tokenizer) == 5 / 8
    assert ratio("spelt_characters", units, tokenizer) == 2 / 5
    assert ratio("unknown_rate", units, tokenizer) == 0
    assert ratio("split_characters", units, tokenizer) == 2 / 5


@pytest.mark.parametrize("key", ["byte_fallback", "spelt_characters"])
def test_that_byte_level_vocabularies_have_no_fallback(tmp_path: Path, key: str) -> None:
    found = MEASURES[key]
    assert isinstance(found, Ratio)
    assert found.applies(sentencepiece_like(tmp_path, "a b"))
    assert not found.applies(byte_level(tmp_path))
    assert not found.applies(word_piece(tmp_path, "a"))


def test_that_white_space_tokens_are_nothing_else(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "Ġ Ġ", "Ġ a", "Â ł")
    units = units_of(tokenizer, "x   a\n\u00a0\t.")
    tokens = ["x", "  ", " a", "\n", "\u00a0", "\t", "."]
    assert [tokenizer.decode([id]) for id in units.ids.tolist()] == tokens
    assert ratio("white_space_tokens", units, tokenizer) == 4 / 7


def test_that_every_ratio_has_its_columns(tmp_path: Path) -> None:
    tokenizer = sentencepiece_like(tmp_path, "a b")
    units = cut("ab|c", " d")
    always = {"tokens", "bytes", "characters", "lines", "documents", "words"}
    for found in MEASURES.values():
        if isinstance(found, Ratio):
            columns = found.columns(units, tokenizer)
            assert {found.numerator, found.denominator} <= always | columns.keys()
            assert all(len(column) == 2 for column in columns.values())
