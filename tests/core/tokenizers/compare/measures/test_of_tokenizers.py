"""Measures of a tokenizer alone: numbers, indentation, spellings of a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.compare.common_words import COMMON_WORDS
from core.tokenizers.compare.measures.digits import tokens_by_length
from core.tokenizers.compare.measures.indentation import tokens_of_spaces, tokens_of_tabs
from tests.core.tokenizers.compare.measured import (
    byte_level,
    in_words,
    of_tokenizer,
    sentencepiece_like,
    word_piece,
)

PAIRS = [f"{a} {b}" for a in "0123456789" for b in "0123456789"]


def test_that_single_digits_take_a_token_each(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path)
    assert of_tokenizer("digits", tokenizer) == 1
    assert tokens_by_length(tokenizer) == (list(range(1, 11)), list(range(1, 11)))
    assert in_words("digits", tokenizer) == "single digits: 1|2|3|4|5|6|7"


def test_that_pairs_of_digits_halve_the_tokens(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, *PAIRS)
    lengths, tokens = tokens_by_length(tokenizer)
    assert (lengths[:3], lengths[-1]) == ([1, 2, 3], 10)
    assert tokens[:3] == [1, 1, 2]
    assert tokens[9] >= 5
    assert in_words("digits", tokenizer).startswith("depends on the number; 10 digits are mostly 2+2+2+2+2")


def test_that_a_vocabulary_without_digits_says_so(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "a", "0", "##0", "1", "##1")
    assert of_tokenizer("digits", tokenizer) is None
    assert in_words("digits", tokenizer) == "cannot spell all digits"
    assert tokens_by_length(tokenizer) == ([], [])


@pytest.mark.parametrize(
    ("key", "share"),
    [
        ("integers_to_9", 1),
        ("integers_to_99", 12 / 100),
        ("integers_to_999", 12 / 1_000),
        ("integers_to_9999", 12 / 10_000),
        ("spaced_integers_to_9", 1 / 10),
        ("spaced_integers_to_99", 2 / 100),
        ("spaced_integers_to_999", 2 / 1_000),
        ("spaced_integers_to_9999", 2 / 10_000),
    ],
)
def test_that_integers_in_one_token_are_counted(tmp_path: Path, key: str, share: float) -> None:
    tokenizer = byte_level(tmp_path, "1 2", "3 4", "Ġ 5", "Ġ 12")
    assert of_tokenizer(key, tokenizer) == share


def test_that_a_word_pieces_beginning_stands_for_the_space(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "1", "2", "##3", "12")
    assert of_tokenizer("spaced_integers_to_99", tokenizer) == 3 / 100
    assert of_tokenizer("integers_to_99", tokenizer) == 1 / 100


def test_that_a_token_that_the_merges_do_not_reach_is_not_single(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "1 2", "2 3", "1 23")  # 123 begins with 12
    assert of_tokenizer("integers_to_999", tokenizer) == (10 + 2) / 1_000


def test_that_spellings_of_common_words_are_counted(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "t h", "th e", "Ġ the", "T h", "Th e")
    letters = sum(len({word, word.capitalize()}) for word in COMMON_WORDS if len(word) == 1)
    assert of_tokenizer("word_variants", tokenizer) == (3 + letters) / len(COMMON_WORDS)


def test_that_indentation_is_what_it_adds_to_a_line(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "Ġ Ġ", "ĠĠ ĠĠ", "Ġ a")
    spaces = tokens_of_spaces(tokenizer)
    assert len(spaces) == 32
    assert spaces[:9] == [0, 1, 1, 2, 1, 2, 2, 3, 2]  # the last space goes with the word: 0, 1, 2… are left
    assert tokens_of_tabs(tokenizer) == list(range(1, 17))
    assert of_tokenizer("indentation", tokenizer) == (spaces[3] + spaces[7] + spaces[11] + spaces[15]) / 4
    assert of_tokenizer("indentation_tabs", tokenizer) == 2.5
    assert in_words("indentation", tokenizer).startswith("4 spaces add 2, 8 spaces add 3, ")


def test_that_white_space_that_is_dropped_adds_nothing(tmp_path: Path) -> None:
    assert tokens_of_spaces(word_piece(tmp_path, "a")) == [0] * 32


def test_that_a_marked_space_is_a_token_where_none_is_longer(tmp_path: Path) -> None:
    tokenizer = sentencepiece_like(tmp_path, "▁ ▁", "▁ a")
    assert tokens_of_spaces(tokenizer)[:4] == [0, 1, 1, 2]
