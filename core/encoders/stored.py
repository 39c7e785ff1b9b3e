"""Vectors of a collection's texts, kept on disk: made once, gone on with where it stopped, mapped.

A store is a folder: ``vectors.f32`` (n, width), ``status.u8`` (n,), ``keys.b16`` (n, 16) and ``meta.json``,
which is written last. Vectors are on disk before the status says so; what is marked todo is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import OK, WAITING, Encoder, Floats, Role, Texts
from core.encoders.reuse import copy_known, keys_of
from core.encoders.room import drop_oldest, used
from core.encoders.truncated import TruncatedEncoder, truncated
from core.errors import UserError
from core.jobs.context import Context

VECTORS, STATUS, KEYS, META = "vectors.f32", "status.u8", "keys.b16", "meta.json"
_FLUSH_SECONDS = 10.0
_BLOCK = 2**16


@dataclass(frozen=True, eq=False)
class StoredVectors:
    """`vectors` (n, width) float32, in the order of the texts, mapped where they are on disk; of length 1
    where the encoder's similarity is cosine. `status` (n,) uint8: see `core.encoders.encoder`.

    `seconds`: spent on encoding now. `encoded`: texts that were encoded now; the others were there.
    """

    vectors: Floats
    status: NDArray[np.uint8]
    seconds: float
    encoded: int

    @property
    def cached(self) -> bool:
        """Nothing had to be encoded."""
        return self.encoded == 0 and len(self.status) > 0


def stored_vectors(
    encoder: Encoder,
    texts: Texts,
    ctx: Context,
    *,
    role: Role = "",
    cache: Path | None = None,
    stage: str = "Encoding",
) -> StoredVectors:
    """Of all texts; only those are encoded that `cache` has not, from this collection or another.

    Args:
        cache: a folder; None: they are kept in memory only.

    Raises:
        UserError: the encoder gives no numbers, or its ready vectors are of other texts; the disk is full.
    """
    if isinstance(encoder, TruncatedEncoder):
        whole = stored_vectors(encoder.whole, texts, ctx, role=role, cache=cache, stage=stage)
        return StoredVectors(_first(whole.vectors, encoder.width), whole.status, whole.seconds, whole.encoded)
    ready = encoder.ready(texts.ids, ctx, role=role)
    if ready is not None:
        return StoredVectors(ready, np.full(len(texts), OK, dtype=np.uint8), 0.0, 0)
    if cache is None:
        vectors = np.zeros((len(texts), encoder.width), dtype=np.float32)
        status = np.zeros(len(texts), dtype=np.uint8)
        began = time.perf_counter()
        _encode(encoder, texts, ctx, role, stage, vectors, status, lambda: None)
        return StoredVectors(vectors, status, time.perf_counter() - began, len(texts))
    family = cache / "vectors" / _digest(encoder.digest, role, str(encoder.width))
    folder = family / _digest(texts.digest)
    try:
        return _stored(encoder, texts, ctx, role, stage, cache, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"Vectors cannot be kept in {folder}: {reason}.", field="system") from None


def _stored(
    encoder: Encoder, texts: Texts, ctx: Context, role: Role, stage: str, cache: Path, folder: Path
) -> StoredVectors:
    count, width = len(texts), encoder.width
    if count and (folder / META).is_file() and _is_whole(folder, count, width):
        used(folder)
        return StoredVectors(_mapped(folder, count, width, "r"), _read_status(folder), 0.0, 0)
    if not count:
        return StoredVectors(np.zeros((0, width), np.float32), np.zeros(0, np.uint8), 0.0, 0)
    drop_oldest(cache, count * (width * 4 + 17), keep=folder)
    vectors, status = _begun(encoder, texts, ctx, role, folder)
    began = time.perf_counter()
    rest = np.flatnonzero(status == WAITING)

    def flush() -> None:
        vectors.flush()
        _write_whole(folder / STATUS, status.tobytes())

    try:
        _encode(encoder, texts, ctx, role, stage, vectors, status, flush)
    finally:
        flush()
    seconds = time.perf_counter() - began if len(rest) else 0.0
    meta = {
        "encoder": encoder.name,
        "texts": count,
        "width": width,
        "role": role,
        "seconds": round(seconds, 3),
    }
    _write_whole(folder / META, json.dumps(meta).encode())
    return StoredVectors(_mapped(folder, count, width, "r"), status, seconds, len(rest))


def _begun(
    encoder: Encoder, texts: Texts, ctx: Context, role: Role, folder: Path
) -> tuple[np.memmap, NDArray[np.uint8]]:
    """What an interrupted run left, or a new store with the rows that others have."""
    count, width = len(texts), encoder.width
    if _is_whole(folder, count, width):
        return _mapped(folder, count, width, "r+"), _read_status(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in (META, STATUS):
        (folder / name).unlink(missing_ok=True)
    keys = keys_of(texts, ctx)
    _write_whole(folder / KEYS, keys.tobytes())
    _reserve(folder / VECTORS, count * width * 4)
    vectors = _mapped(folder, count, width, "r+")
    status = np.zeros(count, dtype=np.uint8)
    copy_known(folder, keys, vectors, status, ctx)
    vectors.flush()
    _write_whole(folder / STATUS, status.tobytes())
    return vectors, status


def _encode(
    encoder: Encoder,
    texts: Texts,
    ctx: Context,
    role: Role,
    stage: str,
    vectors: Floats,
    status: NDArray[np.uint8],
    flush: Callable[[], None],
) -> None:
    """Fill the rows that are still to do."""
    rows = np.flatnonzero(status == WAITING)
    told = time.monotonic()
    for part in encoder.parts(_Chosen(texts, rows), ctx, role=role, stage=stage):
        places = rows[part.rows]
        vectors[places] = part.vectors
        status[places] = part.status
        if time.monotonic() - told > _FLUSH_SECONDS:
            flush()
            told = time.monotonic()
    encoder.tell_failed(status, ctx)


class _Chosen:
    """Some of a collection's texts, as `Encoder.parts` reads them."""

    def __init__(self, texts: Texts, rows: NDArray[np.int64]) -> None:
        self._texts, self._rows = texts, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, some: slice, /) -> Sequence[str]:
        rows = self._rows[some]
        if not len(rows):
            return []
        first, last = int(rows[0]), int(rows[-1])
        if last - first + 1 == len(rows):
            return self._texts.texts(first, last + 1)
        found: list[str] = []
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        for run in np.split(rows, breaks):
            found += self._texts.texts(int(run[0]), int(run[-1]) + 1)
        return found


def _first(vectors: Floats, width: int) -> Floats:
    found = np.empty((len(vectors), width), dtype=np.float32)
    for first in range(0, len(vectors), _BLOCK):
        found[first : first + _BLOCK] = truncated(vectors[first : first + _BLOCK], width)
    return found


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _is_whole(folder: Path, count: int, width: int) -> bool:
    """Whether its files are as large as they must be."""
    sizes = {VECTORS: count * width * 4, STATUS: count, KEYS: count * 16}
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size for name, size in sizes.items()
    )


def _mapped(folder: Path, count: int, width: int, mode: str) -> np.memmap:
    found: np.memmap = np.memmap(folder / VECTORS, dtype="<f4", mode=mode, shape=(count, width))  # type: ignore[call-overload]
    return found


def _read_status(folder: Path) -> NDArray[np.uint8]:
    return np.frombuffer((folder / STATUS).read_bytes(), dtype=np.uint8).copy()


def _reserve(file: Path, size: int) -> None:
    """A file of zeros. On a full disk it fails here, and not when a mapped page is written."""
    try:
        with file.open("wb") as stream:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(stream.fileno(), 0, size)
            stream.truncate(size)
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _write_whole(file: Path, data: bytes) -> None:
    """At once: a reader sees the old file or the new one."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    with partial.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
