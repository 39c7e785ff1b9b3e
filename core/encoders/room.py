"""How much of the disk kept vectors may take; those not used for longest go first."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 20 * 10**9


def used(folder: Path) -> None:
    """Remember that a store was used just now."""
    with suppress(OSError):
        os.utime(folder)


def drop_oldest(root: Path, coming: int, *, keep: Path, most: int | None = None) -> None:
    """Make room for `coming` bytes in the stores two folders below `root`.

    Args:
        keep: the store that is about to be written.
        most: bytes that all stores may take together; `MOST_BYTES`.
    """
    limit = MOST_BYTES if most is None else most
    stores = []
    for folder in root.glob("*/*"):
        with suppress(OSError):
            if folder != keep and folder.is_dir():
                size = sum(file.stat().st_size for file in folder.iterdir())
                stores.append((folder.stat().st_mtime, size, folder))
    total = coming + sum(size for _, size, _ in stores)
    for _, size, folder in sorted(stores):
        if total <= limit:
            return
        shutil.rmtree(folder, ignore_errors=True)
        total -= size
