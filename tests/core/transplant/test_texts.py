"""The user's texts: read with limits, cut where no model sees a difference, named apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.transplant.texts import PASSAGE, passages, read_slices, slice_names


def test_that_line_ends_stay_and_a_byte_order_mark_goes(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    [text] = read_slices([file], None)
    assert text.name == "a.txt"
    assert text.passages == ("one\r\ntwo\n",)
    assert text.bytes == 9


@given(st.text(alphabet="ab \n", max_size=200).map(lambda text: text * 500))
def test_that_passages_make_up_the_text(text: str) -> None:
    found = passages(text)
    assert "".join(found) == text
    assert all(0 < len(passage) <= PASSAGE for passage in found[:-1])


def test_that_passages_end_at_the_ends_of_lines() -> None:
    found = passages("A line of text.\n" * 4000)
    assert len(found) > 2
    assert all(passage.endswith(".\n") for passage in found)


def test_that_names_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "one" / "a.txt", tmp_path / "two" / "a.txt", tmp_path / "b.txt", tmp_path / "all"]
    assert slice_names(paths) == ["one/a.txt", "two/a.txt", "b.txt", f"{tmp_path.name}/all"]
    assert slice_names([paths[0]] * 3) == ["one/a.txt", "one/a.txt (2)", "one/a.txt (3)"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no text"),
        (b" \n\t ", "holds no text"),
        (b"caf\xe9 au lait", "not UTF-8 text: byte 3 is 0xE9"),
    ],
)
def test_that_a_file_which_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        read_slices([file], 100)
    assert str(file) in caught.value.message
    assert caught.value.field == "text"


def test_that_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        read_slices([tmp_path / "gone.txt"], None)
    with pytest.raises(UserError, match="is a folder"):
        read_slices([tmp_path], None)
