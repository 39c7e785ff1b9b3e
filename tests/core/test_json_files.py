"""JSON files from strangers."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.json_files import read_json_object


def refused(path: Path, **settings: int) -> str:
    with pytest.raises(UserError) as error:
        read_json_object(path, field="base", **settings)
    assert error.value.field == "base"
    assert str(path) in error.value.message
    return error.value.message


def test_that_an_object_is_read(tmp_path: Path) -> None:
    file = tmp_path / "größe.json"
    file.write_text('{"Größe": [1, null]}', encoding="utf-8")
    assert read_json_object(file) == {"Größe": [1, None]}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no valid JSON: expecting value in line 1"),
        (b'{\n"a": 1,\n}', "is no valid JSON: .* in line [23]"),
        (b'{"a": "\xff"}', "is no valid JSON: it is not UTF-8 text"),
        (b"[1]", "should hold a JSON object in braces"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"a": ' + b"1" * 10_000 + b"}", "holds a number that is too long"),
    ],
)
def test_that_what_is_no_object_is_refused_by_name(tmp_path: Path, data: bytes, reason: str) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(data)
    with pytest.raises(UserError, match=rf"a\.json {reason}"):
        read_json_object(file)


def test_that_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"{}" + b" " * 100)
    assert "too large to be what it says: 102 bytes, and 50 is the limit" in refused(file, most_bytes=50)


def test_that_a_missing_file_a_folder_and_a_barred_file_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(tmp_path / "a.json") == f"There is no {tmp_path / 'a.json'}."
    assert refused(tmp_path) == f"{tmp_path} is no plain file."
    file = tmp_path / "b.json"
    file.write_text("{}", encoding="utf-8")

    def barred(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", barred)
    assert refused(file) == f"{file} may not be read: permission denied."
