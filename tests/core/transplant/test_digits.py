"""Digits that two tokenizers group differently, in words."""

from __future__ import annotations

from pathlib import Path

from core.tokenizers.open import Tokenizer, open_tokenizer
from core.transplant.digits import digits_figures, digits_warning, sampled_numbers
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


def test_that_a_tokenizer_without_digits_is_told(tmp_path: Path) -> None:
    none = open_tokenizer(write_tokenizer(tmp_path / "0", byte_level(["a"])))
    single = tokenizer(tmp_path / "1", r"\p{N}", 1)
    assert digits_warning(single, none) == (
        "Digits: one of the tokenizers has no tokens for them: numbers are lost."
    )
    assert digits_warning(none, none) is None


def test_that_groups_from_the_other_end_are_told(tmp_path: Path) -> None:
    left = tokenizer(tmp_path / "l", r"\p{N}{1,3}", 3)
    right = tokenizer(tmp_path / "r", r"\p{N}{1,3}(?=(\p{N}{3})*(?!\p{N}))", 3)
    assert digits_warning(left, right) == (
        "Digits: the base groups them from left to right, the target from right to left: "
        "arithmetic may suffer."
    )


def test_that_a_thousand_numbers_are_sampled_always_the_same() -> None:
    numbers = sampled_numbers()
    assert numbers == sampled_numbers()
    assert len(numbers) == 1000
    assert sum(number.startswith(" ") for number in numbers) == 500
    integers = {len(number.strip()) for number in numbers if number.strip().isdigit()}
    assert integers == set(range(1, 9))
    assert any("." in number for number in numbers)
    assert any(number.count("-") == 2 for number in numbers)


def test_that_tokenizers_that_cut_alike_need_no_remedy(tmp_path: Path) -> None:
    three = tokenizer(tmp_path / "3", r"\p{N}{1,3}", 3)
    found = digits_figures(three, three)
    assert (found.severity, found.same, found.warning, found.remedy) == ("none", 1.0, "", "")
    assert found.examples == []
    assert found.base == found.target == "groups of up to 3 from the left: 123|456|7"


def test_that_another_size_is_severe_and_says_what_now(tmp_path: Path) -> None:
    single = tokenizer(tmp_path / "1", r"\p{N}", 1)
    three = tokenizer(tmp_path / "3", r"\p{N}{1,3}", 3)
    found = digits_figures(single, three)
    assert found.severity == "severe"
    assert found.numbers == 1000
    assert 0 < found.same < 0.2, "numbers of one digit are cut alike"
    assert found.warning == "Digits: the base groups by 1, the target by up to 3: arithmetic will suffer."
    assert found.remedy.startswith("Let the target tokenizer part digits")
    assert found.base == "single digits: 1|2|3|4|5|6|7"
    assert [len(number) for number, _, _ in found.examples] == sorted(
        len(number) for number, _, _ in found.examples
    )
    for number, mine, theirs in found.examples:
        assert mine.replace("|", "") == theirs.replace("|", "") == number
        assert mine != theirs
    assert digits_figures(three, single).remedy.startswith("Let the target tokenizer group digits by up to 3")


def test_that_another_direction_is_less_severe(tmp_path: Path) -> None:
    left = tokenizer(tmp_path / "l", r"\p{N}{1,3}", 3)
    right = tokenizer(tmp_path / "r", r"\p{N}{1,3}(?=(\p{N}{3})*(?!\p{N}))", 3)
    found = digits_figures(left, right)
    assert found.severity == "some"
    assert "from left to right" in found.remedy
