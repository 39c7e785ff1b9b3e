"""Why a text is not given back."""

from __future__ import annotations

import pytest

from core.tokenizers.compare.losses import first_difference, why_lost


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("Hello", "hello", "case"),
        ("a  b\tc", "a b c", "white space"),
        ("ﬁne Ａ", "fine A", "normalisation"),
        ("A\u030a", "Å", "normalisation"),
        ("Hello", " Hello", "dummy prefix"),
        (" Hello", "Hello", "dummy prefix"),
        ("café", "cafe", "accents"),
        ("Naïve Café", "naive cafe", "case, accents"),
        ("Ａ  b", "a b", "white space, normalisation, case"),
        ("x 🙂", "x  ⁇ ", "unknown"),
        ("x 🙂", "x \ufffd", "unknown"),
        ("one two", "one", "other"),
    ],
)
def test_that_a_loss_is_named_by_what_explains_it_all(before: str, after: str, why: str) -> None:
    assert why_lost(before, after) == why


def test_that_unknown_tokens_explain_what_is_lost_without_a_trace() -> None:
    assert why_lost("🙂 x", "x") == "other"
    assert why_lost("🙂 x", "x", unknown=True) == "unknown"
    assert why_lost("X", "x", unknown=True) == "case"


def test_that_a_text_that_was_given_back_has_no_loss() -> None:
    with pytest.raises(ValueError, match="given back"):
        why_lost("same", "same")


def test_that_the_first_difference_is_shown_with_what_is_around_it() -> None:
    before = "a" * 30 + "É" + "b" * 50
    place, one, other = first_difference(before, before.replace("É", "e"))
    assert place == 30
    assert one == "…" + "a" * 20 + "É" + "b" * 39 + "…"
    assert other == "…" + "a" * 20 + "e" + "b" * 39 + "…"
    assert first_difference("abc", "ab") == (2, "abc", "ab")
