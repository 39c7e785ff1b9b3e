from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from app.panels.tokenizers.compare.first_lines import first_lines
from core.errors import UserError


def test_that_a_long_text_is_cut_behind_a_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbf\r\nfirst line\r\nsecond line\r\nthird line\r\n")
    assert first_lines(file, 30) == "first line\nsecond line"
    assert first_lines(file) == "first line\nsecond line\nthird line"


def test_that_packed_files_are_read_and_half_characters_left_out(tmp_path: Path) -> None:
    packed = tmp_path / "a.txt.gz"
    packed.write_bytes(gzip.compress("中文".encode()[:-1]))
    assert first_lines(packed) == "中"


def test_that_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.txt"):
        first_lines(tmp_path / "gone.txt")
    damaged = tmp_path / "a.gz"
    damaged.write_bytes(b"no gzip")
    with pytest.raises(UserError, match=r"a\.gz"):
        first_lines(damaged)
