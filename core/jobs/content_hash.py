"""SHA-256 of what a run reads: a file, or a folder's relevant files. Quick on second use.

A folder's hash is that of the list which ``sha256sum`` prints of its relevant files, sorted by name.
Hashes of large files are remembered in the cache folder, one small file each, so that two processes
cannot get in each other's way and a damaged entry costs one hashing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.folders import cache_folder

_BLOCK = 4 * 2**20
_REMEMBERED_FROM = 2**20
"""Bytes. A smaller file is hashed quicker than its entry is read."""
_WITH_WEIGHTS, _HEAD = 256 * 2**20, 64 * 2**20
"""Bytes: from when on a tokenizer's file is one with weights in it, and where its header has surely ended."""
_SETTLED_AFTER = 2.0
"""Seconds. A file changed just now may be changed again within one tick of the file system's clock."""

_WEIGHTS = (".safetensors", ".safetensors.index.json", ".gguf", ".bin", ".bin.index.json", ".pt", ".pth")
_DESCRIPTIONS = (".json", ".model", ".tiktoken", ".jinja", ".spm", ".vocab", "vocab.txt", "merges.txt")
_RELEVANT: dict[str, tuple[str, ...]] = {"model": _WEIGHTS + _DESCRIPTIONS, "tokenizer": _DESCRIPTIONS}
"""Input kind → how the names end of the files that matter in a folder; of other kinds all do."""


def content_hash(
    path: Path, kind: str = "file", progress: Callable[[int, int], None] = lambda done, total: None
) -> str:
    """The hash, in hex.

    Args:
        path: a file or a folder. Hidden and partial files of a folder do not count.
        kind: an input kind of a request's field. Of a ``model`` folder the weights, settings and
            tokenizer files count; of a ``tokenizer`` folder the same without the weights. Of a ``tokenizer``
            file of more than 256 MiB, a GGUF with its weights, the first 64 MiB count, and its size.
        progress: called with bytes done and bytes in all after each 4 MiB that is read; what it raises ends
            the hashing.

    Raises:
        OSError: something cannot be read.
    """
    if not path.is_dir():
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device may never end
            raise OSError(f"{path} is neither a file nor a folder")
        if kind == "tokenizer" and status.st_size > _WITH_WEIGHTS:
            return _hash_of_head(path, status.st_size)
        return _hash_of(path, lambda done: progress(done, status.st_size))
    files = relevant_files(path, kind)
    sizes = [file.stat().st_size for file in files]
    total, before = sum(sizes), 0
    listing = hashlib.sha256()
    for file, size in zip(files, sizes, strict=True):
        digest = _hash_of(file, lambda done, before=before: progress(before + done, total))  # type: ignore[misc]
        listing.update(f"{digest}  {file.relative_to(path).as_posix()}\n".encode("utf-8", "surrogateescape"))
        before += size
    return listing.hexdigest()


def relevant_files(folder: Path, kind: str = "file") -> list[Path]:
    """The files of `folder` and its subfolders that its hash is made of, sorted by relative name."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if _matters(name, kind)]
    return sorted(
        (file for file in found if file.is_file()), key=lambda file: file.relative_to(folder).as_posix()
    )


def _matters(name: str, kind: str) -> bool:
    if name.startswith(".") or name.endswith((".partial", ".tmp", ".lock")):
        return False
    if kind == "tokenizer" and name.endswith(_WEIGHTS):
        return False
    return kind not in _RELEVANT or name.endswith(_RELEVANT[kind])


def _hash_of(file: Path, progress: Callable[[int], None]) -> str:
    file = file.resolve()
    with file.open("rb") as stream:
        mark = _mark(os.fstat(stream.fileno()))
        entry = _entry(file) if mark["size"] >= _REMEMBERED_FROM else None
        if entry is not None and (known := _recall(entry, mark)):
            return known
        settled = time.time() - mark["changed"] / 1e9 > _SETTLED_AFTER
        digest = hashlib.sha256()
        block = memoryview(bytearray(min(_BLOCK, max(1, mark["size"]))))
        done = 0
        while count := stream.readinto(block):
            digest.update(block[:count])
            done += count
            if count == _BLOCK:
                progress(done)
        unchanged = _mark(os.fstat(stream.fileno())) == mark
    if entry is not None and settled and unchanged:
        _remember(entry, mark, digest.hexdigest())
    return digest.hexdigest()


def _hash_of_head(file: Path, size: int) -> str:
    with file.open("rb") as stream:
        return hashlib.sha256(stream.read(_HEAD) + f"… {size}".encode()).hexdigest()


def _mark(status: os.stat_result) -> dict[str, int]:
    """What tells that a file is as it was. No copy keeps the time of the last change of any kind."""
    return {
        "size": status.st_size,
        "modified": status.st_mtime_ns,
        "changed": max(status.st_ctime_ns, status.st_mtime_ns),
        "inode": status.st_ino,
    }


def _entry(file: Path) -> Path:
    name = hashlib.sha256(os.fsencode(file)).hexdigest()[:32]
    return cache_folder() / "hashes" / f"{name}.json"


def _recall(entry: Path, mark: dict[str, int]) -> str | None:
    try:
        known = json.loads(entry.read_bytes())
        sha256 = known["sha256"] if known["mark"] == mark else ""
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return sha256 if isinstance(sha256, str) and len(sha256) == 64 else None


def _remember(entry: Path, mark: dict[str, int], sha256: str) -> None:
    """Keep a hash; a cache that cannot be written to is no reason to fail."""
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=entry.parent, suffix=".partial")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                json.dump({"mark": mark, "sha256": sha256}, stream)
            Path(partial).replace(entry)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
