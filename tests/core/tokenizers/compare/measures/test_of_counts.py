"""Measures of how often each token occurred, by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import linregress

from core.tokenizers.compare.measures.percentile_frequency import percentile_frequency
from core.tokenizers.compare.measures.token_bytes import lengths_in_text
from core.tokenizers.compare.measures.zipf import zipf_fit, zipf_points
from tests.core.tokenizers.compare.measured import (
    byte_level,
    counts_of,
    of_counts,
    of_tokenizer,
    sentencepiece_like,
    word_piece,
)


@pytest.mark.parametrize(("counts", "share"), [([3, 2, 1, 1], 6 / 7), ([2, 0, 3, 3, 2, 1], 10 / 11)])
def test_that_percentile_frequency_is_the_known_one(counts: list[int], share: float) -> None:
    assert percentile_frequency(np.array(counts)) == pytest.approx(share, abs=1e-9)


def test_that_percentile_frequency_leaves_out_the_commonest_and_the_rare() -> None:
    counts = np.arange(1, 101)
    assert percentile_frequency(counts) == pytest.approx(sum(range(18, 98)) / 5050)
    assert percentile_frequency(np.zeros(4, np.int64)) is None


def test_that_the_vocabulary_used_is_a_share_of_text_and_byte_tokens(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path)
    text = "a" * 100 + "b" * 5 + "c" * 4
    assert of_counts("vocabulary_used", tokenizer, text) == 3 / 256
    assert of_counts("vocabulary_used_5", tokenizer, text) == 2 / 256
    assert of_counts("vocabulary_used_100", tokenizer, text) == 1 / 256


def test_that_unknown_tokens_are_no_part_of_the_vocabulary(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "a", "b", "c", "d")
    assert of_counts("vocabulary_used", tokenizer, "a x y") == 1 / 4


@pytest.mark.parity
def test_that_the_zipf_slope_is_that_of_a_least_squares_fit() -> None:
    counts = np.append((10_000 / np.arange(1, 3_000) ** 0.9).astype(np.int64), [0, 0])
    ranked = np.sort(counts[counts >= 5])[::-1][9:]
    reference = linregress(np.log(np.arange(10, 10 + len(ranked))), np.log(ranked))
    slope, fit, last = zipf_fit(np.random.default_rng(0).permutation(counts)) or (0, 0, 0)
    assert slope == pytest.approx(reference.slope, abs=1e-9)
    assert fit == pytest.approx(reference.rvalue**2, abs=1e-9)
    assert last == len(counts[counts >= 5])


def test_that_a_short_text_has_no_zipf_slope(tmp_path: Path) -> None:
    assert zipf_fit(np.full(11, 7)) is None
    assert zipf_fit(np.full(50, 7)) is None
    assert of_counts("zipf_slope", byte_level(tmp_path), "abc") is None
    assert of_counts("zipf_fit", byte_level(tmp_path), "abc") is None


def test_that_zipf_points_are_thinned_but_keep_both_ends() -> None:
    counts = np.random.default_rng(0).permutation(np.arange(0, 5_000))
    ranks, found = zipf_points(counts, 100)
    assert ranks[:4] == [1, 2, 3, 4]
    assert (ranks[-1], found[0], found[-1]) == (4_999, 4_999, 1)
    assert len(ranks) <= 100
    assert all(count == 5_000 - rank for rank, count in zip(ranks, found, strict=True))
    assert zipf_points(np.zeros(3, np.int64)) == ([], [])


def test_that_the_commonest_tokens_have_their_share(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path)
    text = "aaaaa" + "".join(map(chr, range(ord("b"), ord("b") + 15)))
    assert of_counts("top_10", tokenizer, text) == 14 / 20
    assert of_counts("top_100", tokenizer, text) == 1
    assert of_counts("top_1000", tokenizer, text) == 1
    assert of_counts("top_10", tokenizer, "") is None


def test_that_token_lengths_are_those_of_the_running_text(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "a b", "ab c")
    assert of_counts("token_bytes", tokenizer, "abc ab c") == 8 / 5  # abc, the space, a…
    assert lengths_in_text(counts_of(tokenizer, "abcabcab")).tolist() == [0, 0, 1, 2]
    assert of_counts("token_bytes", tokenizer, "") is None


def test_that_spaces_which_are_dropped_are_no_part_of_a_token(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "ab", "##c")
    assert of_counts("token_bytes", tokenizer, "abc ab zz") == 5 / 3


def test_that_broken_tokens_are_those_that_are_no_utf8_alone(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path, "Ã ©")
    assert of_counts("invalid_utf8_in_text", tokenizer, "né日") == 3 / 5
    assert of_tokenizer("invalid_utf8_tokens", tokenizer) == 128 / 257
    pieces = sentencepiece_like(tmp_path, "a b")
    assert of_tokenizer("invalid_utf8_tokens", pieces) == 128 / (256 + 1 + 3)


def test_that_the_vocabulary_has_a_mean_median_and_longest_token(tmp_path: Path) -> None:
    tokenizer = word_piece(tmp_path, "a", "bb", "##ccc", "é", "dddddddddd")
    assert of_tokenizer("vocabulary_mean_bytes", tokenizer) == 18 / 5
    assert of_tokenizer("vocabulary_median_bytes", tokenizer) == 2
    assert of_tokenizer("vocabulary_longest_bytes", tokenizer) == 10


def test_that_the_length_code_gives_each_token_equal_bits(tmp_path: Path) -> None:
    tokenizer = byte_level(tmp_path)
    assert of_counts("length_code", tokenizer, "abcabca") == pytest.approx(7 * math.log2(3))
    assert of_counts("length_code", tokenizer, "aaa") == 0
    assert of_counts("length_code", tokenizer, "") is None
