"""A tokenizer described: from Python and from the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from core.cli import main
from core.errors import UserError
from core.tokenizers.describe.run import describe_tokenizer
from tests.core.tokenizers.files import BYTE_LEVEL, added, bpe, tokenizer, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vocab = {"a": 0, "b": 1, "Ġ": 2, "ab": 3, "abab": 4, "[unused1]": 5}
    post = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]}},
    }
    data = tokenizer(
        bpe(vocab, "a b", dropout=0.1),
        added(6, "<s>"),
        pre_tokenizer=BYTE_LEVEL,
        decoder=BYTE_LEVEL,
        post_processor=post,
    )
    write(tmp_path / "größer" / "tokenizer.json", data)
    write(tmp_path / "größer" / "tokenizer_config.json", {"chat_template": "{{ messages }}"})
    return tmp_path / "größer"


def test_that_a_tokenizer_is_described(folder: Path) -> None:
    result = describe_tokenizer(tokenizer=folder, reachable=True)
    found = result.model_dump(exclude={"run", "seconds", "peak_memory_bytes", "probes", "fingerprint"})
    assert found == {
        "warnings": [],
        "path": str(folder / "tokenizer.json"),
        "name": "größer",
        "format": "tokenizer.json",
        "family": "byte-level",
        "model": "BPE",
        "size": 7,
        "count": 7,
        "kinds": {"text": 5, "special": 1, "unused": 1},
        "roles": {"bos": ["<s>"]},
        "prefix": ["<s>"],
        "lossy": ["strips", "unk"],
        "digits": "numbers are unknown",
        "notes": ["Dropout of merges (0.1), which makes encoding random, is switched off."],
        "chat_template": True,
        "longest": ["abab", "ab", "␣", "a", "b"],
        "unreachable": [4],
        "sha256": hashlib.sha256((folder / "tokenizer.json").read_bytes()).hexdigest(),
    }
    assert len(result.fingerprint) == 64
    assert [probe.name for probe in result.probes][:2] == ["leading space", "normalisation"]
    assert result.summary() == "größer: tokenizer.json, BPE, 7 tokens."


def test_that_unreachable_tokens_are_looked_for_only_when_asked(folder: Path) -> None:
    assert describe_tokenizer(tokenizer=folder).unreachable is None


def test_that_a_very_long_token_is_shown_in_part(tmp_path: Path) -> None:
    data = tokenizer(bpe({"a": 0, "a" * 1_000: 1}), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    result = describe_tokenizer(tokenizer=write(tmp_path / "tokenizer.json", data))
    assert result.longest == [f"{'a' * 80}… (1,000 bytes)", "a"]


def test_that_the_command_line_shows_what_was_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tokenizers", "describe", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("größer: tokenizer.json, BPE, 7 tokens.\n")
    for line in (
        "before a text  <s>",
        "loses          strips, unk",
        "chat template  yes",
        "Dropout of merges",
    ):
        assert line in shown
    assert "unreachable" not in shown
    assert main(["tokenizers", "describe", str(folder), "--reachable", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unreachable"] == [4]


def test_that_a_damaged_tokenizer_is_refused_beside_its_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="is no valid JSON") as error:
        describe_tokenizer(tokenizer=tmp_path)
    assert error.value.field == "tokenizer"
    assert main(["tokenizers", "describe", str(tmp_path)]) == 2
    assert "is no valid JSON" in capsys.readouterr().err


def test_that_a_template_which_cannot_be_read_is_a_note(folder: Path) -> None:
    (folder / "chat_template.json").write_text("{", encoding="utf-8")
    result = describe_tokenizer(tokenizer=folder)
    assert not result.chat_template
    assert "chat_template.json is no valid JSON" in result.notes[-1]
