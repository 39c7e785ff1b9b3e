from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from app.widgets.dropped import tell_apart


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_text("{}")
    return folder


def test_that_models_tokenizers_and_texts_are_told_apart(model: Path, tmp_path: Path) -> None:
    files = {
        "tokenizer.json": json.dumps({"added_tokens": []}),
        "other.json": '{"version": "1.0", "added_tokens": []}',
        "tekken_240911.json": '{"config": {"pattern": ".", "default_vocab_size": 131072}}',
        "vocab.txt": "[PAD]\n[UNK]\nthe",
        "data.json": '{"rows": []}',
        "spm.model": "\0\1",
        "日本語 text.txt": "これは",
        "code.py": "import os",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "photo.heic").write_bytes(b"\0\1\2")
    found = tell_apart([model, model / "model.safetensors", *(tmp_path / name for name in files)])
    tokenizers = ("tokenizer.json", "other.json", "tekken_240911.json", "vocab.txt", "spm.model")
    assert found.models == [model, model]
    assert found.tokenizers == [tmp_path / name for name in tokenizers]
    assert found.texts == [tmp_path / name for name in ("data.json", "日本語 text.txt", "code.py")]
    assert not tell_apart([tmp_path / "photo.heic", tmp_path / "gone.txt"])


def test_that_a_folder_gives_its_tokenizer_or_its_texts(tmp_path: Path) -> None:
    for name in ("texts", "only", "spm"):
        (tmp_path / name).mkdir()
    for name in ("b.txt", "a.md", ".hidden"):
        (tmp_path / "texts" / name).write_text("x")
    (tmp_path / "only" / "tokenizer.json").write_text("{}")
    (tmp_path / "spm" / "tokenizer.model").write_bytes(b"\0")
    found = tell_apart([tmp_path / "texts", tmp_path / "only", tmp_path / "spm"])
    assert found.texts == [tmp_path / "texts" / "a.md", tmp_path / "texts" / "b.txt"]
    assert found.tokenizers == [tmp_path / "only", tmp_path / "spm"]


def test_that_a_tokenizer_in_two_files_is_one(tmp_path: Path) -> None:
    for name in ("merges.txt", "vocab.json"):
        (tmp_path / name).write_text("{}")
    found = tell_apart([tmp_path / "merges.txt", tmp_path / "vocab.json"])
    assert found.tokenizers == [tmp_path / "vocab.json"]
    assert not found.texts


def test_that_packed_text_is_text_and_an_archive_is_not(tmp_path: Path) -> None:
    for name in ("prose.txt.gz", "many.tar.gz"):
        (tmp_path / name).write_bytes(b"\x1f\x8b\0\0")
    assert tell_apart([tmp_path / "prose.txt.gz", tmp_path / "many.tar.gz"]).texts == [
        tmp_path / "prose.txt.gz"
    ]


def test_that_a_folder_with_corpus_and_queries_is_a_collection(tmp_path: Path) -> None:
    for name in ("corpus.jsonl.gz", "queries.jsonl"):
        (tmp_path / name).write_text("{}")
    found = tell_apart([tmp_path])
    assert (found.collections, found.texts) == ([tmp_path], [])
    assert found


def test_that_rankings_judgements_vectors_and_tables_are_told_apart(tmp_path: Path) -> None:
    files = {
        "bm25.run": "1 Q0 d7 1 12.5 bm25\n1 Q0 d2 2 11.0 bm25\n",
        "qrels.txt": "1 0 d7 1\n1 0 d2 -1\n",
        "test.tsv": "query-id\tcorpus-id\tscore\n1\td7\t1\n",
        "glove.txt": "\n".join(" ".join([word, *["0.1"] * 50]) for word in ("the", ",", "of")),
        "news.bin": "3 2\nthe \0\0",
        "texts.npy": "\0",
        "rows.csv": "id,text\n1,one two\n",
        "rows.jsonl": '{"id": 1}\n',
        "prose.txt": "a b c d\ne f g h\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with gzip.open(tmp_path / "dense.run.gz", "wt") as packed:
        packed.write("1 Q0 d7 1 12.5 dense\n")
    found = tell_apart([tmp_path / "dense.run.gz", *(tmp_path / name for name in files)])

    def names(paths: list[Path]) -> list[str]:
        return [path.name for path in paths]

    assert names(found.runs) == ["dense.run.gz", "bm25.run"]
    assert names(found.judgements) == ["qrels.txt", "test.tsv"]
    assert names(found.vectors) == ["glove.txt", "news.bin", "texts.npy"]
    assert names(found.tables) == ["rows.csv", "rows.jsonl"]
    assert names(found.texts) == ["rows.csv", "rows.jsonl", "prose.txt"]
    assert not found.models
