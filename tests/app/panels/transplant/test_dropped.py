from __future__ import annotations

import json
from pathlib import Path

from app.panels.transplant.dropped import tell_apart


def test_that_models_tokenizers_and_texts_are_told_apart(base: Path, tmp_path: Path) -> None:
    files = {
        "tokenizer.json": json.dumps({"added_tokens": []}),
        "other.json": '{"version": "1.0", "added_tokens": []}',
        "data.json": '{"rows": []}',
        "spm.model": "\0\1",
        "日本語 text.txt": "これは",
        "code.py": "import os",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "photo.heic").write_bytes(b"\0\1\2")
    found = tell_apart([base, base / "model.safetensors", *(tmp_path / name for name in files)])
    assert found.models == [base, base]
    assert found.tokenizers == [tmp_path / name for name in ("tokenizer.json", "other.json", "spm.model")]
    assert found.texts == [tmp_path / name for name in ("data.json", "日本語 text.txt", "code.py")]
    assert not tell_apart([tmp_path / "photo.heic", tmp_path / "gone.txt"])


def test_that_a_folder_gives_its_tokenizer_or_its_texts(tmp_path: Path) -> None:
    for name in ("texts", "only"):
        (tmp_path / name).mkdir()
    for name in ("b.txt", "a.md", ".hidden"):
        (tmp_path / "texts" / name).write_text("x")
    (tmp_path / "only" / "tokenizer.json").write_text("{}")
    found = tell_apart([tmp_path / "texts", tmp_path / "only"])
    assert found.texts == [tmp_path / "texts" / "a.md", tmp_path / "texts" / "b.txt"]
    assert found.tokenizers == [tmp_path / "only"]
