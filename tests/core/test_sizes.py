"""Sizes in words."""

from __future__ import annotations

import pytest

from core.sizes import bytes_in_words, count_in_words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (10_231_808, "10.2 MB"),
        (999_960_000, "1.0 GB"),
        (16_060_000_000, "16.1 GB"),
        (2_500_000_000_000, "2,500.0 GB"),
    ],
)
def test_that_bytes_are_told_in_powers_of_a_thousand(count: int, words: str) -> None:
    assert bytes_in_words(count) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (512, "512"),
        (1_000, "1.0 k"),
        (260_032, "260 k"),
        (5_121_280, "5.1 M"),
        (999_970_000, "1,000 M"),
        (7_241_732_096, "7.2 B"),
        (405_000_000_000, "405 B"),
    ],
)
def test_that_parameters_are_counted_as_the_field_counts_them(count: int, words: str) -> None:
    assert count_in_words(count) == words
