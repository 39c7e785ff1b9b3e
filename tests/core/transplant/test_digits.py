"""Digits that two tokenizers group differently, in words."""

from __future__ import annotations

from pathlib import Path

from core.tokenizers.open import Tokenizer, open_tokenizer
from core.transplant.digits import digits_warning
from tests.core.transplant.toys import byte_level, write_tokenizer


def tokenizer(folder: Path, pattern: str, longest: int) -> Tokenizer:
    """Cuts digits by a regular expression and has every number of up to so many digits as a token."""
    numbers = [f"{n:0{digits}}" for digits in range(1, longest + 1) for n in range(10**digits)]
    data = byte_level(["Ġ", *numbers])
    data["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        ],
    }
    data["model"]["ignore_merges"] = True
    return open_tokenizer(write_tokenizer(folder, data))


def test_that_groups_of_another_size_are_told(tmp_path: Path) -> None:
    single = tokenizer(tmp_path / "1", r"\p{N}", 1)
    three = tokenizer(tmp_path / "3", r"\p{N}{1,3}", 3)
    assert digits_warning(three, single) == (
        "Digits: the base groups by up to 3, the target by 1: arithmetic will suffer."
    )
    assert digits_warning(single, three) == (
        "Digits: the base groups by 1, the target by up to 3: arithmetic will suffer."
    )
    assert digits_warning(three, three) is None


def test_that_groups_from_the_other_end_are_told(tmp_path: Path) -> None:
    left = tokenizer(tmp_path / "l", r"\p{N}{1,3}", 3)
    right = tokenizer(tmp_path / "r", r"\p{N}{1,3}(?=(\p{N}{3})*(?!\p{N}))", 3)
    assert digits_warning(left, right) == (
        "Digits: the base groups them from left to right, the target from right to left: "
        "arithmetic may suffer."
    )
