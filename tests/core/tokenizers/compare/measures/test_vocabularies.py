"""What two vocabularies have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau

from core.tokenizers.compare.measures.merge_order import kendall_tau
from core.tokenizers.compare.measures.vocabulary_overlap import normalised, shared_tokens
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.compare.measured import (
    byte_level,
    of_vocabularies,
    sentencepiece_like,
    word_piece,
)

OVERLAPS = ("overlap_first", "overlap_second", "overlap_jaccard")


def overlaps(first: Tokenizer, second: Tokenizer, prefix: str = "") -> tuple[float | None, ...]:
    return tuple(of_vocabularies(prefix + key, first, second) for key in OVERLAPS)


def test_that_overlap_is_of_bytes_and_leaves_out_special_and_byte_tokens(tmp_path: Path) -> None:
    first = sentencepiece_like(tmp_path / "a", "▁ a", "▁a b")  # ▁ a b ▁a ▁ab
    second = sentencepiece_like(tmp_path / "b", "▁ a", "a c")  # ▁ a c ▁a ac
    assert overlaps(first, second) == (3 / 5, 3 / 5, 3 / 7)
    third = word_piece(tmp_path, "ab", "##a", "x", "y")  # "ab" is not " ab"
    assert overlaps(first, third) == (1 / 5, 1 / 4, 1 / 8)


def test_that_normalised_overlap_knows_neither_space_nor_case_nor_form(tmp_path: Path) -> None:
    first = sentencepiece_like(tmp_path, "▁ A", "▁A b", "▁ Ａ")  # ▁ A b Ａ ▁A ▁Ab ▁Ａ: "", a, b, ab
    second = word_piece(tmp_path, "ab", "##a", "x")
    assert overlaps(first, second, "normalised_") == (2 / 4, 2 / 3, 2 / 5)
    assert overlaps(first, second) == (0, 0, 0)


@pytest.mark.parametrize(
    ("data", "plain"),
    [(" The", "the"), ("  a", " a"), ("ﬁ", "fi"), (" É", "é"), ("a ", "a ")],
)
def test_that_one_leading_space_is_taken_off(data: str, plain: str) -> None:
    assert normalised(data.encode()) == plain.encode()


def test_that_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert normalised(b" \xe6\x97") == b" \xe6\x97"


def test_that_shared_tokens_are_numbered_as_in_the_first(tmp_path: Path) -> None:
    first, second = byte_level(tmp_path, "a b"), word_piece(tmp_path, "ab", "c")
    shared = [first.vocabulary.entries[id] for id in shared_tokens(first, second)]
    assert [token.bytes for token in shared if token is not None] == [b"c", b"ab"]


def test_that_merge_order_is_compared_over_shared_tokens(tmp_path: Path) -> None:
    first = byte_level(tmp_path / "a", "a b", "c d", "e f", "x y")
    same = byte_level(tmp_path / "b", "g h", "a b", "c d", "e f")
    reverse = byte_level(tmp_path / "c", "e f", "c d", "a b")
    assert of_vocabularies("merge_order", first, same) == 1
    assert of_vocabularies("merge_order", first, reverse) == -1
    assert of_vocabularies("merge_order", first, byte_level(tmp_path / "d", "c d", "a b", "e f")) == (
        pytest.approx(1 / 3)
    )


def test_that_merge_order_is_of_bpe_alone(tmp_path: Path) -> None:
    first = byte_level(tmp_path, "a b", "c d")
    assert of_vocabularies("merge_order", first, word_piece(tmp_path, "ab", "cd")) is None
    assert of_vocabularies("merge_order", first, byte_level(tmp_path / "b", "c d")) is None  # a single pair


@pytest.mark.parity
@pytest.mark.parametrize("many", [2, 3, 7, 64, 1_000])
@pytest.mark.parametrize("values", [2, 5, 10_000])
def test_that_tau_is_scipys(many: int, values: int) -> None:
    rng = np.random.default_rng(many * values)
    one = rng.integers(0, values, many).astype(float)
    other = one + rng.integers(0, values, many)
    reference = kendalltau(one, other).statistic
    found = kendall_tau(one, other)
    assert found == (None if np.isnan(reference) else pytest.approx(reference, abs=1e-9))
