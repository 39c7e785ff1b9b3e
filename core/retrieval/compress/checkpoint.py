"""What was found with a code, kept while a trial goes on: one that was stopped need not try it again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Trial:
    """`places` (q, k) int64, in the collection's documents, -1 after the last; `figures` of the code."""

    places: NDArray[np.int64]
    figures: dict[str, float]
    diagnostics: dict[str, float]


class Checkpoint:
    """A file for each code.

    Args:
        folder: of the run (`Context.checkpoint`).
        about: what else the ranking depends on: encoder, texts, depth, seed.
    """

    def __init__(self, folder: Path, *about: object) -> None:
        self._folder, self._about = folder, about

    def read(self, line: str) -> Trial | None:
        """None where it is not there, or not whole."""
        try:
            with np.load(self._file(line), allow_pickle=False) as kept:
                figures, diagnostics = json.loads(str(kept["figures"]))
                return Trial(kept["places"], figures, diagnostics)
        except (OSError, ValueError, KeyError, EOFError):
            return None

    def write(self, line: str, trial: Trial) -> None:
        file = self._file(line)
        part = file.with_suffix(".part.npz")
        figures = json.dumps([trial.figures, trial.diagnostics])
        np.savez(part, places=trial.places, figures=np.array(figures))
        part.replace(file)

    def _file(self, line: str) -> Path:
        said = json.dumps([line, *map(str, self._about)])
        return self._folder / f"{hashlib.blake2b(said.encode(), digest_size=12).hexdigest()}.npz"
