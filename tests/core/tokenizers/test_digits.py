"""How tokenizers cut numbers."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.digits import Digits, digit_groups, number_cuts
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.files import BYTE_LEVEL, bpe, tokenizer, write

DIGITS = "0123456789"
GROUPS = ["".join(digits) for length in (1, 2, 3) for digits in product(DIGITS, repeat=length)]


def numbers(folder: Path, pattern: str | None) -> Tokenizer:
    """A byte-level tokenizer that has each group of up to three digits, after splitting by `pattern`."""
    vocab = {content: id for id, content in enumerate(["Ġ", *GROUPS])}
    merges = [f"{group[:-1]} {group[-1]}" for group in GROUPS if len(group) > 1]
    splits: list[dict[str, Any]] = []
    if pattern:
        regex = {"Regex": pattern}
        splits.append({"type": "Split", "pattern": regex, "behavior": "Isolated", "invert": False})
    before = {"type": "Sequence", "pretokenizers": [*splits, BYTE_LEVEL | {"use_regex": False}]}
    data = tokenizer(bpe(vocab, *merges, ignore_merges=True), pre_tokenizer=before, decoder=BYTE_LEVEL)
    return open_tokenizer(write(folder / "tokenizer.json", data))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\p{N}", Digits(1, None)),
        (r"\p{N}{1,3}", Digits(3, "left to right")),
        (r"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))", Digits(3, "right to left")),
        (r"\p{N}{1,2}", Digits(2, "left to right")),
    ],
)
def test_that_groups_and_their_direction_follow_the_pattern(
    tmp_path: Path, pattern: str, expected: Digits
) -> None:
    found = digit_groups(numbers(tmp_path, pattern))
    assert found == expected
    assert found.single is (expected.largest == 1)


def test_that_learnt_merges_have_no_direction(shared_data: Path) -> None:
    found = digit_groups(open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece"))
    assert found.largest > 1
    assert found.direction is None


@pytest.mark.parametrize(
    ("pattern", "words", "tokens"),
    [
        (r"\p{N}", "single digits: 1|2|3|4|5|6|7", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (r"\p{N}{1,3}", "groups of up to 3 from the left: 123|456|7", [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]),
        (
            r"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))",
            "groups of up to 3 from the right: 1|234|567",
            [1, 1, 1, 2, 2, 2, 3, 3, 3, 4],
        ),
        (r"\p{N}{1,2}", "groups of up to 2 from the left: 12|34|56|7", [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
    ],
)
def test_that_integers_of_each_length_are_cut_as_the_pattern_says(
    tmp_path: Path, pattern: str, words: str, tokens: list[int]
) -> None:
    found = number_cuts(numbers(tmp_path, pattern))
    assert found is not None
    assert found.consistent
    assert found.words == words
    assert found.tokens == dict(enumerate(tokens, start=1))
    assert {length: sum(cuts.values()) for length, cuts in found.by_length.items()} == {
        1: 10, 2: 90, 3: 900, **dict.fromkeys(range(4, 11), 1_000)
    }  # fmt: skip


def test_that_learnt_merges_cut_alike_long_numbers_differently(shared_data: Path) -> None:
    found = number_cuts(open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece"))
    assert found is not None
    assert not found.consistent
    assert found.words.startswith("depends on the number; 10 digits are mostly ")
    assert 1 < found.tokens[4] < found.tokens[10] < 10
