"""How tokenizers cut numbers."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.digits import Digits, digit_groups
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.files import BYTE_LEVEL, bpe, tokenizer, write

DIGITS = "0123456789"
GROUPS = ["".join(digits) for length in (1, 2, 3) for digits in product(DIGITS, repeat=length)]


def numbers(folder: Path, pattern: str | None) -> Digits:
    """Of a byte-level tokenizer that has each group of up to three digits, after splitting by `pattern`."""
    vocab = {content: id for id, content in enumerate(["Ġ", *GROUPS])}
    merges = [f"{group[:-1]} {group[-1]}" for group in GROUPS if len(group) > 1]
    splits: list[dict[str, Any]] = []
    if pattern:
        regex = {"Regex": pattern}
        splits.append({"type": "Split", "pattern": regex, "behavior": "Isolated", "invert": False})
    before = {"type": "Sequence", "pretokenizers": [*splits, BYTE_LEVEL | {"use_regex": False}]}
    data = tokenizer(bpe(vocab, *merges, ignore_merges=True), pre_tokenizer=before, decoder=BYTE_LEVEL)
    return digit_groups(open_tokenizer(write(folder / "tokenizer.json", data)))


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
    found = numbers(tmp_path, pattern)
    assert found == expected
    assert found.single is (expected.largest == 1)


def test_that_learnt_merges_have_no_direction(shared_data: Path) -> None:
    found = digit_groups(open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece"))
    assert found.largest > 1
    assert found.direction is None
