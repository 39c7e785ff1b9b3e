"""Text files: read with a clear word on what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.text_files import read_text


def test_that_line_ends_stay_and_a_byte_order_mark_goes(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    assert read_text(file, field="text") == "one\r\ntwo\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "holds no text"),
        (b" \n\t\n", "holds no text"),
        (b"abc\xff", "is not UTF-8 text: byte 3 is 0xFF"),
        (b"\xef\xbb\xbfabc\xff", "is not UTF-8 text: byte 6 is 0xFF"),
        ("Größe".encode("latin-1"), "is not UTF-8 text: byte 2 is 0xF6"),
    ],
)
def test_that_a_bad_text_is_named_with_its_fault(tmp_path: Path, content: bytes, what: str) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_text(file, field="held_out")
    assert f"{file} {what}" in caught.value.message
    assert caught.value.field == "held_out"


def test_that_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        read_text(tmp_path / "none.txt", field="text")
    with pytest.raises(UserError, match="is a folder"):
        read_text(tmp_path, field="text")


@pytest.mark.parametrize("limit", range(1, 12))
def test_that_no_character_is_cut_in_two(tmp_path: Path, limit: int) -> None:
    file = tmp_path / "a.txt"
    file.write_text("aé日𝄞b", encoding="utf-8")
    text = read_text(file, field="text", max_bytes=limit)
    assert "aé日𝄞b".startswith(text)
    assert limit - 4 < len(text.encode()) <= limit
