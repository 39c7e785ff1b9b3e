"""Known answers of real tokenizers."""

from __future__ import annotations

from pathlib import Path

from core.tokenizers.compare.token_table import token_table
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.compare.measured import in_words, of_tokenizer, of_vocabularies, ratio, units_of
from tests.real_tokenizers import real_tokenizer

MIXED = " naïve café 日本語 🙂"


def test_that_gpt_2_splits_three_characters_of_seventeen(shared_data: Path) -> None:
    tokenizer = open_tokenizer(shared_data / "tokenizers" / "gpt2-tiktoken")
    units = units_of(tokenizer, MIXED)
    assert len(units.ids) == 10
    assert ratio("characters_per_token", units, tokenizer) == 17 / 10
    assert ratio("split_characters", units, tokenizer) == 3 / 17


def test_that_cl100k_splits_one_and_has_groups_of_three_digits() -> None:
    tokenizer = open_tokenizer(real_tokenizer("cl100k_base.tiktoken"))
    units = units_of(tokenizer, MIXED)
    assert len(units.ids) == 8
    assert ratio("split_characters", units, tokenizer) == 1 / 17
    assert in_words("digits", tokenizer) == "groups of up to 3 from the left: 123|456|7"
    assert of_tokenizer("integers_to_999", tokenizer) == 1


def test_that_o200k_splits_none_and_has_broken_tokens() -> None:
    tokenizer = open_tokenizer(real_tokenizer("o200k_base.tiktoken"))
    units = units_of(tokenizer, MIXED)
    assert len(units.ids) == 6
    assert ratio("split_characters", units, tokenizer) == 0
    assert token_table(tokenizer).broken.sum() == 1_562
    assert of_tokenizer("invalid_utf8_tokens", tokenizer) == 1_562 / 199_998


def test_that_sentencepiece_spells_what_it_lacks_by_bytes(shared_data: Path) -> None:
    tokenizer = open_tokenizer(shared_data / "tokenizers" / "mistral-v1-sentencepiece")
    units = units_of(tokenizer, " naïve  日本🙂\n\tx")  # ▁ ▁na ï ve ▁▁ 日 本 🙂 <0x0A> <0x09> x
    assert len(units.ids) == 11
    assert ratio("byte_fallback", units, tokenizer) == 2 / 11
    assert ratio("spelt_characters", units, tokenizer) == 2 / 14
    assert ratio("spelt_characters", units_of(tokenizer, "Ａ"), tokenizer) == 1
    assert in_words("digits", tokenizer) == "single digits: 1|2|3|4|5|6|7"


def test_that_word_piece_does_not_know_emoji(shared_data: Path) -> None:
    tokenizer = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    units = units_of(tokenizer, "🙂 x")
    assert ratio("unknown_rate", units, tokenizer) == 1 / 2
    assert ratio("unknown_bytes", units, tokenizer) == 4 / 6


def test_that_successors_keep_their_forerunners_tokens_and_order(shared_data: Path) -> None:
    first = open_tokenizer(shared_data / "tokenizers" / "mistral-v1-sentencepiece")
    second = open_tokenizer(real_tokenizer("mistral-v3.model"))
    assert of_vocabularies("overlap_first", first, second) == 1
    assert of_vocabularies("merge_order", first, second) == 1
