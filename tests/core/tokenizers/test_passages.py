"""Passages: a text in pieces, without losing a character."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.tokenizers.passages import PASSAGE, passages


@settings(deadline=None)  # a length of one makes many passages
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
