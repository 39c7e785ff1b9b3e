"""How much of the disk kept vectors and indexes may take; those not used for longest go first."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 20 * 10**9
_STORES = ("vectors/*/*", "bm25/*", "indexes/*")
"""Files and folders within a cache that can go one by one."""


def used(store: Path) -> None:
    """Remember that a store was used just now."""
    with suppress(OSError):
        os.utime(store)


def drop_oldest(cache: Path, coming: int, *, keep: Path, most: int | None = None) -> None:
    """Make room for `coming` bytes.

    Args:
        keep: the store that is about to be written, or was just now.
        most: bytes that all stores may take together; `MOST_BYTES`.
    """
    limit = MOST_BYTES if most is None else most
    stores = []
    for pattern in _STORES:
        for store in cache.glob(pattern):
            with suppress(OSError):
                files = [store] if store.is_file() else list(store.iterdir())
                stores.append((store.stat().st_mtime, sum(file.stat().st_size for file in files), store))
    total = coming + sum(size for _, size, _ in stores)
    for _, size, store in sorted(stores):
        if total <= limit:
            return
        if store == keep:
            continue
        if store.is_dir():
            shutil.rmtree(store, ignore_errors=True)
        else:
            store.unlink(missing_ok=True)
        total -= size
