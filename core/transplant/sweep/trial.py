"""What one candidate gave with one seed, and the folder in which finished ones are kept."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.transplant.result import Kept


class Trial(BaseModel):
    """Figures of a candidate with one seed, or why it failed."""

    model_config = ConfigDict(frozen=True)

    error: str = ""
    seconds: float = 0.0
    bits_per_byte: dict[str, float] = Field(default_factory=dict)
    blocks: list[list[float]] = Field(default_factory=list)
    """Slice → bits of each of its blocks; the blocks are the same for all candidates."""
    added_copied: float | None = None
    added_approximated: float | None = None
    mean_residual: float | None = None
    anchor_cosine: float | None = None
    kept: list[Kept] = Field(default_factory=list)
    scores: list[float] = Field(default_factory=list)
    """Of an encoder: nDCG@10 of each query."""


class Trials:
    """Finished ones under `folder`, valid for one `digest` of everything that they depend on."""

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder = folder / "sweep"
        said = self._folder / "digest"
        if not said.is_file() or said.read_text(encoding="utf-8") != digest:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            said.write_text(digest, encoding="utf-8")

    def found(self, line: str, seed: int) -> Trial | None:
        try:
            return Trial.model_validate_json(self._path(line, seed).read_bytes())
        except (OSError, ValidationError):
            return None  # not there, or cut short by a crash

    def put(self, line: str, seed: int, trial: Trial) -> Trial:
        path = self._path(line, seed)
        partial = path.with_suffix(".part")
        partial.write_text(trial.model_dump_json(), encoding="utf-8")
        partial.replace(path)
        return trial

    def base(self) -> NDArray[np.float64] | None:
        """(n,) the base's bits, token after token, as an interrupted run has left them."""
        try:
            found: NDArray[np.float64] = np.load(self._folder / "base.npy", allow_pickle=False)
            return found
        except (OSError, ValueError, EOFError):
            return None

    def put_base(self, bits: NDArray[np.float64]) -> None:
        partial = self._folder / "base.part.npy"
        np.save(partial, bits, allow_pickle=False)
        partial.replace(self._folder / "base.npy")

    def _path(self, line: str, seed: int) -> Path:
        name = hashlib.sha256(f"{line} {seed}".encode()).hexdigest()[:16]
        return self._folder / f"{name}.json"
