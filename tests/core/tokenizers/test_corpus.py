"""Texts found, and read in a stream."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.tokenizers import corpus
from core.tokenizers.corpus import Replaced, Text, blocks, documents, find_texts


def file_of(folder: Path, text: str | bytes, name: str = "one.txt") -> Text:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Text(path.stem, path)


def test_that_folders_are_searched_and_names_differ(tmp_path: Path) -> None:
    for name in ("a/eng.txt", "b/eng.txt", "b/notes.md.gz", "b/.hidden.txt", "b/image.png", "main.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = find_texts([tmp_path, tmp_path / "a" / "eng.txt"])
    assert [text.name for text in found] == ["a/eng.txt", "b/eng.txt", "notes", "main"]


def test_that_a_folder_without_text_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no file of text in it"):
        find_texts([tmp_path])
    with pytest.raises(UserError, match=r"none\.txt"):
        find_texts([tmp_path / "none.txt"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("paragraphs", ["a\nb\n\n\n", "c\r\n\r\n", "d"]),
        ("lines", ["a\n", "b\n", "\n", "\n", "c\r\n", "\r\n", "d"]),
        ("file", ["a\nb\n\n\nc\r\n\r\nd"]),
    ],
)
def test_that_documents_are_paragraphs_lines_or_the_file(
    tmp_path: Path, kind: corpus.Documents, expected: list[str]
) -> None:
    assert list(documents(file_of(tmp_path, "a\nb\n\n\nc\r\n\r\nd"), kind)) == expected


def test_that_without_empty_lines_each_line_is_a_paragraph(tmp_path: Path) -> None:
    assert list(documents(file_of(tmp_path, "a\nb\nc"))) == ["a\n", "b\n", "c"]


@given(
    text=st.text(st.sampled_from("ab é日\n\r "), min_size=1, max_size=200),
    kind=st.sampled_from(["paragraphs", "lines", "file"]),
    block=st.integers(4, 40),
)
def test_that_documents_joined_are_the_text_whatever_the_block(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: corpus.Documents, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "BLOCK", block)
        found = list(documents(file_of(tmp_path_factory.mktemp("texts"), text), kind))
    assert "".join(found) == text
    assert all(found)


def test_that_a_line_without_an_end_is_read_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "BLOCK", 100)
    found = list(documents(file_of(tmp_path, "x" * 1000)))
    assert "".join(found) == "x" * 1000
    assert max(map(len, found)) <= 200


def test_that_packed_texts_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    packed = file_of(tmp_path, gzip.compress("\ufeffGrüße\n".encode()), "one.txt.gz")
    assert list(blocks(packed)) == ["Grüße\n"]
    with pytest.raises(UserError, match="is damaged: it cannot be unpacked"):
        list(blocks(file_of(tmp_path, b"\x1f\x8b\x08 no", "two.txt.gz")))


def test_that_no_more_is_read_than_asked_and_no_half_character(tmp_path: Path) -> None:
    assert list(blocks(file_of(tmp_path, "éé"), max_bytes=3)) == ["é"]


def test_that_bytes_that_are_no_text_are_refused_or_counted(tmp_path: Path) -> None:
    broken = file_of(tmp_path, b"caf\xe9\xff au lait")
    with pytest.raises(UserError, match=r"is not UTF-8 text \(byte 0xe9\)"):
        list(blocks(broken))
    replaced = Replaced()
    assert "".join(blocks(broken, replaced=replaced)).endswith(" au lait")
    assert replaced.count == 2
