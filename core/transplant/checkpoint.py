"""Rows that are done, kept chunk by chunk so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from core.errors import UserError
from core.models.headers import read_header
from core.models.tensors import map_tensor
from core.transplant.rows import Rows
from core.transplant.sizes import HELD

ROWS_FOLDER = "rows"


class Checkpoint:
    """Chunks of rows under `folder`, valid for one `digest` of everything that they depend on.

    What another request, another input file or another version left there is removed, never mixed in.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        self._folder = folder / ROWS_FOLDER
        said = self._folder / "digest"
        if not said.is_file() or said.read_text(encoding="utf-8") != digest:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            said.write_text(digest, encoding="utf-8")

    def keep(self, name: str, first: int, make: Callable[[], Rows]) -> Rows:
        """The rows called `name` from `first` on, as they were left, or as `make` makes them (then kept).

        Large ones come back as a view of the file that they are kept in, which takes no memory of its own.

        Raises:
            UserError: they cannot be written.
        """
        found = self.found(name, first)
        return found if found is not None else self.put(name, first, make())

    def found(self, name: str, first: int) -> Rows | None:
        """The rows as an interrupted run has left them."""
        path = self._path(name, first)
        try:
            tensors = read_header(path).tensors
            count = tensors["residual"].shape[0]
            rows = {key: map_tensor(entry) for key, entry in tensors.items()}
            if sum(entry.bytes for entry in tensors.values()) <= HELD:
                rows = {key: value.clone() for key, value in rows.items()}
            if "dense" in rows and len(rows["dense"]) == 1:
                rows["dense"] = rows["dense"].expand(count, -1)
            return Rows(**rows)
        except (UserError, KeyError, TypeError):
            return None  # not there, or cut short by a crash

    def put(self, name: str, first: int, rows: Rows) -> Rows:
        """Keep them."""
        path = self._path(name, first)
        partial = path.with_suffix(".part")
        tensors = {key: _once(value) for key, value in vars(rows).items() if value is not None}
        try:
            save_file(tensors, partial)
        except (OSError, SafetensorError) as error:  # the second is how its library says the same
            full = "os error 28" in str(error) or getattr(error, "errno", None) == errno.ENOSPC
            reason = "the disk is full" if full else str(error)
            partial.unlink(missing_ok=True)
            raise UserError(
                f"The new rows cannot be kept in {self._folder}: {reason}. Make room, and resume the run."
            ) from error
        partial.replace(path)
        if sum(value.nbytes for value in tensors.values()) <= HELD:
            return rows
        found = self.found(name, first)
        return rows if found is None else found

    def _path(self, name: str, first: int) -> Path:
        return self._folder / f"{name}-{first:08d}.safetensors"


def _once(values: torch.Tensor) -> torch.Tensor:
    """One row, where all are that one."""
    same = values.dim() == 2 and values.stride(0) == 0
    return (values[:1] if same else values).contiguous()
