"""Texts: read with a clear word on what is wrong, cut without losing a character."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.training.texts import PASSAGE, passages, read_text, split_held_out


def test_that_line_ends_stay_and_a_byte_order_mark_goes(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    assert read_text(file, "text") == "one\r\ntwo\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "holds no text"),
        (b" \n\t\n", "holds no text"),
        (b"abc\xff", "is not UTF-8 text (byte 3 is 0xFF)"),
        (b"\xef\xbb\xbfabc\xff", "is not UTF-8 text (byte 6 is 0xFF)"),
        ("Größe".encode("latin-1"), "is not UTF-8 text (byte 2 is 0xF6)"),
    ],
)
def test_that_a_bad_text_is_named_with_its_fault(tmp_path: Path, content: bytes, what: str) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_text(file, "held_out")
    assert f"{file} {what}" in caught.value.message
    assert caught.value.field == "held_out"


def test_that_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        read_text(tmp_path / "none.txt", "text")
    with pytest.raises(UserError, match="is a folder"):
        read_text(tmp_path, "text")


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
