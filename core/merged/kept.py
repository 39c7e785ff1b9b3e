"""Large vocabularies kept from run to run: tokens, rows and index, in a folder of the system's cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from core.folders import cache_folder
from core.merged.candidates import Candidates
from core.merged.row_index import Half

_MOST = 3
"""Those not used for longest are removed."""


def place_of(digest: str) -> Path:
    return cache_folder() / "merged" / digest


def load(place: Path, spelt: list[bytes | None]) -> tuple[Candidates, Half, Any] | None:
    """None where there is nothing whole."""
    try:
        pieces, counts = np.load(place / "pieces.npy"), np.load(place / "counts.npy")
        rows = np.load(place / "rows.npy", mmap_mode="r")
        file = place / "index.faiss"
        index = faiss.read_index(str(file)) if file.is_file() else None
        os.utime(place)
    except (OSError, ValueError, RuntimeError):
        return None
    return Candidates(pieces, counts, spelt), rows, index


def keep(place: Path, tokens: Candidates, rows: Half, index: Any) -> None:
    """A disk that is full is no reason to fail: then it is built again the next time."""
    part = place.with_name(f"{place.name}.part-{os.getpid()}")
    try:
        part.mkdir(parents=True, exist_ok=True)
        np.save(part / "pieces.npy", tokens.pieces)
        np.save(part / "counts.npy", tokens.counts)
        np.save(part / "rows.npy", rows)
        if index is not None:
            faiss.write_index(index, str(part / "index.faiss"))
        shutil.rmtree(place, ignore_errors=True)
        part.replace(place)
        others = sorted(place.parent.iterdir(), key=lambda folder: folder.stat().st_mtime)
        for old in others[:-_MOST]:
            shutil.rmtree(old, ignore_errors=True)
    except (OSError, RuntimeError):
        shutil.rmtree(part, ignore_errors=True)
