"""One text encoded: from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.cli import main
from core.errors import UserError
from core.tokenizers.encode.run import MOST_BYTES, encode
from tests.core.tokenizers.files import BYTE_LEVEL, added, bpe, tokenizer, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    vocab = {"a": 0, "b": 1, "Ġ": 2, "Ġa": 3, "Ã": 4, "©": 5}
    data = tokenizer(bpe(vocab, "Ġ a"), added(6, "<s>"), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    return write(tmp_path / "tokenizer.json", data)


def test_that_a_string_is_encoded_with_bytes_and_readable_tokens(file: Path) -> None:
    result = encode(tokenizer=file, string="a aé")
    assert result.ids == [0, 3, 4, 5]
    assert result.offsets == [(0, 1), (1, 3), (3, 4), (4, 5)]
    assert result.tokens == ["a", "␣a", "\\xC3", "\\xA9"]
    assert (result.bytes, result.round_trip) == (5, True)
    assert result.summary() == "4 tokens for 5 bytes."


def test_that_what_does_not_come_back_is_said(file: Path) -> None:
    result = encode(tokenizer=file, string="ac")
    assert (result.ids, result.offsets, result.round_trip) == ([0], [(0, 2)], False)
    assert result.summary() == "1 token for 2 bytes. Decoded, they do not give the text back."


def test_that_special_tokens_are_read_when_asked(file: Path) -> None:
    assert encode(tokenizer=file, string="a<s>").ids == [0]
    assert encode(tokenizer=file, string="a<s>", specials=True).ids == [0, 6]


def test_that_no_text_has_no_tokens(file: Path) -> None:
    result = encode(tokenizer=file, string="")
    assert (result.ids, result.offsets, result.bytes, result.round_trip) == ([], [], 0, True)


def test_that_a_file_of_text_is_encoded(file: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(b"\xef\xbb\xbfa\r\n a")
    assert encode(tokenizer=file, text=text).bytes == 5


def test_that_exactly_one_text_is_wanted(file: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("a", encoding="utf-8")
    with pytest.raises(UserError, match="there is neither"):
        encode(tokenizer=file)
    with pytest.raises(UserError, match="there is both"):
        encode(tokenizer=file, string="a", text=text)


def test_that_a_text_too_long_to_be_shown_is_refused(file: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    with text.open("wb") as opened:
        opened.truncate(MOST_BYTES + 1)
    with pytest.raises(UserError, match=r"has 8,388,609 bytes.*compare tokenizers on it") as error:
        encode(tokenizer=file, text=text)
    assert error.value.field == "text"


def test_that_a_string_of_broken_bytes_is_refused(file: Path) -> None:
    with pytest.raises(ValidationError, match="not UTF-8"):
        encode(tokenizer=file, string="a\udcff")


def test_that_the_command_line_prints_a_table_or_one_object(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tokenizers", "encode", str(file), "--string", "a a"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 tokens for 3 bytes."
    assert [line.split() for line in lines[2:]] == [
        ["id", "from", "to", "token"],
        ["--", "----", "--", "-----"],
        ["0", "0", "1", "a"],
        ["3", "1", "3", "␣a"],
    ]
    assert main(["tokenizers", "encode", str(file), "--string", "a a", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ids"], found["offsets"], found["round_trip"]) == ([0, 3], [[0, 1], [1, 3]], True)
