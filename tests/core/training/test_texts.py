"""Texts: cut without losing a character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.training.texts import split_held_out


@given(st.text(alphabet="ab \n", max_size=60), st.floats(0, 0.5))
def test_that_the_held_out_end_and_the_rest_are_the_text(text: str, share: float) -> None:
    kept, rest = split_held_out(text, share)
    assert kept + rest == text
    assert len(rest) >= round(len(text) * share)


def test_that_whole_lines_are_held_out() -> None:
    assert split_held_out("one\ntwo\nthree\nfour\n", 0.4) == ("one\ntwo\n", "three\nfour\n")
    assert split_held_out("one two three four", 0.4) == ("one two ", "three four")
    assert split_held_out("x" * 10, 0.3) == ("x" * 7, "x" * 3)
