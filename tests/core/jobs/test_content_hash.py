from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from pathlib import Path

import pytest

import core.jobs.content_hash
from core.errors import Cancelled
from core.folders import cache_folder
from core.jobs.content_hash import content_hash, relevant_files

BIG = 3 * 2**20
OLD = time.time() - 3600


@pytest.fixture(autouse=True)
def _long_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test are new; what is remembered only of settled files is remembered of them, too."""
    monkeypatch.setattr(core.jobs.content_hash, "_SETTLED_AFTER", -1.0)


@pytest.fixture
def big(tmp_path: Path) -> Path:
    file = tmp_path / "model.safetensors"
    file.write_bytes(os.urandom(BIG))
    return file


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    names = [
        "config.json", "model.safetensors", "tokenizer.json", "merges.txt", "spiece.model",
        "1_Pooling/config.json", "README.md", "picture.png", ".gitattributes", ".cache/config.json",
        "model.safetensors.partial",
    ]  # fmt: skip
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"in {name}")
    return folder


def remembered(digest: str) -> None:
    """Replace what the cache says, so that a hash that comes from there can be told."""
    for entry in (cache_folder() / "hashes").glob("*.json"):
        entry.write_text(json.dumps(json.loads(entry.read_text()) | {"sha256": digest}))


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_that_a_files_hash_is_its_sha256(big: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert content_hash(big) == sha256(big)
    assert content_hash(empty) == hashlib.sha256(b"").hexdigest()


def test_that_a_second_hashing_of_a_large_file_reads_only_the_cache(big: Path) -> None:
    first = content_hash(big)
    remembered("ab" * 32)
    assert content_hash(big) == "ab" * 32 != first


def test_that_a_small_file_is_not_remembered(tmp_path: Path) -> None:
    file = tmp_path / "small.txt"
    file.write_text("small")
    content_hash(file)
    assert not cache_folder().exists()


def test_that_a_file_changed_just_now_is_not_remembered(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.jobs.content_hash, "_SETTLED_AFTER", 60.0)
    content_hash(big)
    assert not cache_folder().exists()


def test_that_a_changed_file_of_the_same_size_and_time_is_read_again(big: Path) -> None:
    os.utime(big, (OLD, OLD))
    content_hash(big)
    remembered("ab" * 32)
    big.write_bytes(os.urandom(BIG))
    os.utime(big, (OLD, OLD))
    assert content_hash(big) == sha256(big)


def test_that_a_replaced_file_is_read_again(big: Path, tmp_path: Path) -> None:
    content_hash(big)
    remembered("ab" * 32)
    other = tmp_path / "other"
    other.write_bytes(os.urandom(BIG))
    status = big.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(big)
    assert content_hash(big) == sha256(big)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'{"sha256": 7}', b'{"mark": {}, "sha256": "x"}']
)
def test_that_a_damaged_cache_costs_one_hashing(big: Path, damage: bytes) -> None:
    content_hash(big)
    (entry,) = (cache_folder() / "hashes").iterdir()
    entry.write_bytes(damage)
    assert content_hash(big) == sha256(big)
    assert json.loads(entry.read_bytes())["sha256"] == sha256(big)


def test_that_a_cache_that_cannot_be_written_does_no_harm(big: Path) -> None:
    cache_folder().parent.mkdir(parents=True, exist_ok=True)
    cache_folder().write_text("not a folder")
    assert content_hash(big) == sha256(big)


def test_that_a_folders_hash_is_that_of_what_sha256sum_lists(model: Path) -> None:
    names = [
        "1_Pooling/config.json",
        "config.json",
        "merges.txt",
        "model.safetensors",
        "spiece.model",
        "tokenizer.json",
    ]
    listing = "".join(f"{sha256(model / name)}  {name}\n" for name in names)
    assert content_hash(model, "model") == hashlib.sha256(listing.encode()).hexdigest()


def test_that_only_what_matters_to_a_model_changes_its_hash(model: Path) -> None:
    before = content_hash(model, "model")
    for name in ("README.md", ".gitattributes", ".cache/config.json", "model.safetensors.partial"):
        (model / name).write_text("changed")
    assert content_hash(model, "model") == before
    (model / "config.json").write_text("changed")
    assert content_hash(model, "model") != before


def test_that_a_tokenizers_folder_is_hashed_without_the_weights(model: Path) -> None:
    before = content_hash(model, "tokenizer")
    (model / "model.safetensors").write_text("changed")
    assert content_hash(model, "tokenizer") == before
    (model / "merges.txt").write_text("changed")
    assert content_hash(model, "tokenizer") != before


def test_that_of_other_folders_all_but_hidden_and_partial_files_count(model: Path) -> None:
    names = [file.relative_to(model).as_posix() for file in relevant_files(model)]
    assert "README.md" in names
    assert "picture.png" in names
    assert not [name for name in names if ".git" in name or ".cache" in name or "partial" in name]


def test_that_a_name_counts_as_much_as_what_is_inside(model: Path) -> None:
    before = content_hash(model, "model")
    (model / "merges.txt").rename(model / "vocab.txt")
    assert content_hash(model, "model") != before


def test_that_a_folder_of_links_is_hashed_by_what_they_lead_to(model: Path, tmp_path: Path) -> None:
    linked = tmp_path / "snapshot"
    linked.mkdir()
    for file in relevant_files(model, "model"):
        (linked / file.relative_to(model)).parent.mkdir(exist_ok=True)
        (linked / file.relative_to(model)).symlink_to(file)
    (linked / "gone.json").symlink_to(tmp_path / "nowhere")
    assert content_hash(linked, "model") == content_hash(model, "model")


def test_that_hashing_reports_and_can_be_stopped(tmp_path: Path) -> None:
    for name in ("a.safetensors", "b.safetensors"):
        (tmp_path / name).write_bytes(bytes(9 * 2**20))
    reports: list[tuple[int, int]] = []
    content_hash(tmp_path, "model", lambda done, total: reports.append((done, total)))
    assert [done // 2**20 for done, _ in reports] == [4, 8, 13, 17]
    assert {total for _, total in reports} == {18 * 2**20}

    def stop(done: int, total: int) -> None:
        raise Cancelled

    (tmp_path / "a.safetensors").write_bytes(bytes(8 * 2**20))
    with pytest.raises(Cancelled):
        content_hash(tmp_path, "model", stop)


def test_that_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        content_hash(tmp_path / "nowhere")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(OSError, match="neither a file nor a folder"):
            content_hash(tmp_path / "pipe")


def test_that_many_may_hash_and_remember_at_once(big: Path) -> None:
    digests: set[str] = set()

    def hash_again_and_again() -> None:
        for _ in range(20):
            digests.add(content_hash(big))
            for entry in (cache_folder() / "hashes").glob("*.json"):
                entry.unlink(missing_ok=True)

    threads = [threading.Thread(target=hash_again_and_again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert digests == {sha256(big)}
    assert not list((cache_folder() / "hashes").iterdir())


def test_that_a_tokenizer_with_its_weights_is_told_by_its_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.jobs.content_hash, "_WITH_WEIGHTS", 1000)
    monkeypatch.setattr(core.jobs.content_hash, "_HEAD", 100)
    file = tmp_path / "model.gguf"
    hashes = []
    for data in (b"a" * 2000, b"a" * 1999 + b"b", b"b" + b"a" * 1999, b"a" * 2001):
        file.write_bytes(data)
        hashes.append(content_hash(file, "tokenizer"))
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert content_hash(file, "model") == sha256(file)
