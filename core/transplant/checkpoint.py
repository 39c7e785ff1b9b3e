"""Rows that are done, kept chunk by chunk so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.transplant.rows import Rows


class Checkpoint:
    """Chunks of rows under `folder`, valid for one `digest` of everything that they depend on.

    What another request, another input file or another version left there is removed, never mixed in.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder = folder / "rows"
        said = self._folder / "digest"
        if not said.is_file() or said.read_text(encoding="utf-8") != digest:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            said.write_text(digest, encoding="utf-8")

    def keep(self, matrix: str, first: int, make: Callable[[], Rows]) -> Rows:
        """The rows of `matrix` from `first` on, as they were left, or as `make` makes them (then kept)."""
        path = self._folder / f"{matrix}-{first:08d}.safetensors"
        try:
            return Rows(**load_file(path))
        except (OSError, SafetensorError, TypeError):
            pass  # not there, or cut short by a crash
        rows = make()
        partial = path.with_suffix(".part")
        save_file(
            {name: value.contiguous() for name, value in vars(rows).items() if value is not None}, partial
        )
        partial.replace(path)
        return rows
