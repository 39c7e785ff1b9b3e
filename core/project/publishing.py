"""Files reach their place whole or not at all: write, flush, fsync, rename, fsync the folder."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHECKPOINT = "checkpoint"
"""The one folder of a run's staging folder that is never published."""

_RETRY_FOR = 2.5
"""Seconds. On Windows a virus scanner or a sync client may hold a file for a moment."""

_MEDIA_TYPES = {
    ".safetensors": "application/x-safetensors",
    ".npz": "application/x-npz",
    ".jsonl": "application/jsonl",
}


@dataclass(frozen=True)
class StagedFile:
    """A file of a finished run: `name` relative to the run's folder, with ``/``."""

    name: str
    bytes: int
    sha256: str
    media_type: str


def fsync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_folder(path: Path) -> None:
    """Makes a rename in `path` last through a power cut. Windows has no such thing."""
    if sys.platform != "win32":
        fsync_file(path)


def move(source: Path, target: Path) -> None:
    """Rename and make it last. A file replaces a file; a folder needs a free (or empty) place."""
    _patiently(lambda: source.replace(target))
    fsync_folder(target.parent)


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`, or leave what was there."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        move(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(folder: Path) -> list[StagedFile]:
    """Hash and fsync every file under `folder`, and fsync its folders; the checkpoint is left out.

    Raises ValueError on a link or a device: what is published must lie inside the project.
    """
    files: list[StagedFile] = []
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        if here == folder and CHECKPOINT in folders:
            folders.remove(CHECKPOINT)
        for path in (*(here / name for name in folders), *(here / name for name in sorted(names))):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ValueError(f"a run may only publish plain files and folders, not {path.name}")
        for path in (here / name for name in sorted(names)):
            digest = sha256_of(path)
            fsync_file(path)
            files.append(
                StagedFile(path.relative_to(folder).as_posix(), path.stat().st_size, digest, media_type(path))
            )
        fsync_folder(here)
    return sorted(files, key=lambda file: file.name)


def media_type(path: Path) -> str:
    return _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _patiently(rename: Callable[[], object]) -> None:
    deadline = time.monotonic() + _RETRY_FOR
    while True:
        try:
            rename()
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
