"""Rows that another store of the same encoder has already: told by a key of each text, of 16 bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import FAILED, WAITING, Floats, Texts
from core.jobs.context import Context

_AT_ONCE = 2_000
_BLOCK = 2**15
Keys = NDArray[np.uint64]


def keys_of(texts: Texts, ctx: Context) -> Keys:
    """(n, 2) uint64: BLAKE2b of each text, 16 bytes."""
    hashed = hashlib.blake2b
    parts: list[bytes] = []
    for first in range(0, len(texts), _AT_ONCE):
        ctx.progress(first, len(texts), "Looking for texts encoded before")
        parts += [
            hashed(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            for text in texts.texts(first, min(first + _AT_ONCE, len(texts)))
        ]
    return np.frombuffer(b"".join(parts), dtype="<u8").reshape(-1, 2)


def copy_known(folder: Path, keys: Keys, vectors: Floats, status: NDArray[np.uint8], ctx: Context) -> None:
    """Fill rows of a new store from the other stores beside its folder, finished or not."""
    width = vectors.shape[1]
    others = sorted(other for other in folder.parent.iterdir() if other != folder)
    for other in others:
        there = _keys(other, width)
        if there is None:
            continue
        their_status = np.fromfile(other / "status.u8", dtype=np.uint8)
        rows = np.flatnonzero(status == WAITING)
        if not len(rows):
            return
        mine, theirs = _matches(keys[rows], there)
        usable = (their_status[theirs] != WAITING) & (their_status[theirs] != FAILED)
        mine, theirs = rows[mine[usable]], theirs[usable]
        source = np.memmap(other / "vectors.f32", dtype="<f4", mode="r", shape=(len(there), width))
        for first in range(0, len(mine), _BLOCK):
            ctx.progress(first, len(mine), "Copying vectors of texts encoded before")
            vectors[mine[first : first + _BLOCK]] = source[theirs[first : first + _BLOCK]]
        status[mine] = their_status[theirs]


def _keys(folder: Path, width: int) -> Keys | None:
    """None where the store is not whole."""
    try:
        keys = np.fromfile(folder / "keys.b16", dtype="<u8").reshape(-1, 2)
        if (folder / "status.u8").stat().st_size != len(keys):
            return None
        return keys if (folder / "vectors.f32").stat().st_size == len(keys) * width * 4 else None
    except (OSError, ValueError):
        return None


def _matches(keys: Keys, there: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in `keys`, and of the same key in `there`; each place in `keys` at most once."""
    if not len(there):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    order = np.argsort(there[:, 0], kind="stable")
    ordered = there[order, 0]
    at = np.minimum(np.searchsorted(ordered, keys[:, 0]), len(ordered) - 1)
    found = order[at]
    same = (there[found] == keys).all(axis=1)
    return np.flatnonzero(same), found[same]
