"""Texts: cut without losing a character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.training.texts import PASSAGE, passages, split_held_out


@given(st.text(alphabet="ab \n", max_size=60), st.floats(0, 0.5))
def test_that_the_held_out_end_and_the_rest_are_the_text(text: str, share: float) -> None:
    kept, rest = split_held_out(text, share)
    assert kept + rest == text
    assert len(rest) >= round(len(text) * share)


def test_that_whole_lines_are_held_out() -> None:
    assert split_held_out("one\ntwo\nthree\nfour\n", 0.4) == ("one\ntwo\n", "three\nfour\n")
    assert split_held_out("one two three four", 0.4) == ("one two ", "three four")
    assert split_held_out("x" * 10, 0.3) == ("x" * 7, "x" * 3)


@given(st.text(alphabet="abc \n\r", max_size=300).map(lambda text: text * 60), st.integers(1, 500))
def test_that_passages_make_up_the_text(text: str, length: int) -> None:
    found = list(passages(text, length))
    assert "".join(found) == text
    assert all(length <= len(passage) <= 4 * length for passage in found[:-1])


def test_that_passages_end_with_paragraphs_or_lines_or_words() -> None:
    paragraph = "word " * 100
    for end in ("\n\n", "\r\n\r\n", "\n", " "):
        text = (paragraph + end) * 40
        found = list(passages(text))
        assert len(found) > 3
        assert all(passage.endswith(end) for passage in found[:-1])
    assert len(next(passages("x" * 5 * PASSAGE))) == 4 * PASSAGE
