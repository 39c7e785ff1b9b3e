"""The line under a tokenizer's field."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UserError
from core.tokenizers import preview
from core.tokenizers.preview import glance, tokenizer_note
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary
from tests.core.tokenizers.files import (
    BYTE_LEVEL,
    base_of_the_matching_example,
    bpe,
    tokenizer,
    write,
)


def test_that_a_note_names_the_model_and_counts_the_tokens(tmp_path: Path, shared_data: Path) -> None:
    byte_level = tokenizer(bpe({"a": 0, "b": 1}), decoder=BYTE_LEVEL)
    unigram = tokenizer({"type": "Unigram", "vocab": [["a", 0.0]]})
    assert tokenizer_note(write(tmp_path / "a.json", byte_level)) == "byte-level BPE, 2 tokens"
    assert tokenizer_note(write(tmp_path / "b.json", unigram)) == "Unigram, 1 token"
    minilm = shared_data / "tokenizers" / "minilm-wordpiece"
    assert tokenizer_note(minilm) == "WordPiece, 30,522 tokens, lower case"


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("minilm-wordpiece/vocab.txt", "WordPiece, 30,522 tokens, lower case"),
        ("mistral-v1-sentencepiece", "BPE, 32,000 tokens"),
        ("gpt2-tiktoken", "byte-level BPE, 50,257 tokens"),
    ],
)
def test_that_every_format_has_a_note(shared_data: Path, name: str, note: str) -> None:
    assert tokenizer_note(shared_data / "tokenizers" / name) == note


def test_that_what_is_no_tokenizer_is_said_with_its_field(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        tokenizer_note(tmp_path, field="target_tokenizer")
    assert error.value.field == "target_tokenizer"


def test_that_it_needs_no_library(tmp_path: Path) -> None:
    write(tmp_path / "tokenizer.json", tokenizer(bpe({"a": 0}), decoder=BYTE_LEVEL))
    write(tmp_path / "vocab.json", {"a": 0})
    (tmp_path / "merges.txt").write_text("", encoding="utf-8")
    (tmp_path / "vocab.txt").write_text("[UNK]\na\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("tokenizer.json", "vocab.json", "vocab.txt")]
    code = (
        "import sys; from pathlib import Path; from core.tokenizers.preview import tokenizer_note; "
        f"[tokenizer_note(Path(file)) for file in {files!r}]; "
        "print([name for name in ('tokenizers', 'torch', 'numpy', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_a_file_is_read_anew_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(path: Path, *, field: str | None = None) -> Vocabulary:
        read.append(path)
        return read_vocabulary(path, field=field)

    monkeypatch.setattr(preview, "read_vocabulary", counted)
    folder = base_of_the_matching_example(tmp_path / "base")
    assert {glance(folder) for _ in range(3)} == {glance(folder)}
    assert len(read) == 1
    os.utime(folder / "tokenizer.json", ns=(1, 1))
    assert glance(folder).count == 5
    assert len(read) == 2
