"""A folder that appears whole or not at all: written beside its place and renamed into it."""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.errors import UserError
from core.sizes import bytes_in_words

_SPARE = 1.05
"""Room asked for, over what is written."""
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_RENAME_TRIES = 20
"""Windows lets nobody rename what a virus scanner has open, for a moment."""


def holds_model(folder: Path) -> bool:
    """A model of transformers, or of sentence-transformers."""
    return any((folder / name).is_file() for name in ("config.json", "modules.json"))


def holds_tokenizer(folder: Path) -> bool:
    """A tokenizer alone: a model's folder, which holds one too, is never replaced by a tokenizer."""
    weights = any(file.suffix in (".safetensors", ".bin", ".gguf") for file in folder.iterdir())
    return (folder / "tokenizer.json").is_file() and not holds_model(folder) and not weights


def check_output(
    out: Path,
    *,
    replace: bool = False,
    needed: int = 0,
    sources: Sequence[Path] = (),
    holds: Callable[[Path], bool] = holds_model,
    what: str = "model",
    field: str | None = "out",
) -> None:
    """Make sure, before any work is done, that a model may be written to `out`. Writes nothing.

    Args:
        out: a folder that does not exist, is empty, or (with `replace`) holds what is written.
        needed: bytes that will be written.
        sources: folders that are read; none may lie inside what is replaced.
        holds: whether a folder holds what is written, so that it may be replaced.
        what: that, in a word: ``model``, ``tokenizer``.

    Raises:
        UserError: it may not, or there is not enough room.
    """
    out = _absolute(out)
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is a file; choose a new or empty folder.", field=field)
        if out.is_dir() and any(out.iterdir()):
            _check_replaced(out, replace, sources, holds, what, field)
        place = next(parent for parent in out.parents if parent.exists())
        if not place.is_dir():
            raise UserError(f"{place} is a file, so that no folder can be made in it.", field=field)
        if not os.access(place, os.W_OK | os.X_OK):
            raise UserError(f"{place} may not be written to: permission denied.", field=field)
        free = shutil.disk_usage(place).free
    except OSError as error:
        raise _unwritable(out, error, field) from None
    if free < needed * _SPARE:
        raise UserError(
            f"There is not enough room for {out}: it needs {bytes_in_words(needed * _SPARE)}, and "
            f"{bytes_in_words(free)} are free.",
            field=field,
        )


@contextmanager
def new_folder(
    out: Path,
    *,
    replace: bool = False,
    needed: int = 0,
    sources: Sequence[Path] = (),
    holds: Callable[[Path], bool] = holds_model,
    what: str = "model",
    field: str | None = "out",
) -> Iterator[Path]:
    """An empty folder beside `out` to write to; it becomes `out` if the block ends well, and goes otherwise.

    What is replaced stays in its place until then. A crash leaves only ``OUT.partial-…``, which the next
    writing to the same place removes.

    Raises:
        UserError: as `check_output`; the disk became full, or refused to be written to.
    """
    out = _absolute(out)
    check_output(out, replace=replace, needed=needed, sources=sources, holds=holds, what=what, field=field)
    partial = out.with_name(f"{out.name}.partial-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        partial.mkdir()
        yield partial
        _sync_all(partial)
        _swap(partial, out)
    except OSError as error:
        raise _unwritable(out, error, field) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _absolute(out: Path) -> Path:
    """The folder itself where `out` is a link to one: the link stays."""
    out = Path(out).absolute()
    return out.resolve() if out.is_symlink() else out


def _check_replaced(
    out: Path,
    replace: bool,
    sources: Sequence[Path],
    holds: Callable[[Path], bool],
    what: str,
    field: str | None,
) -> None:
    if not replace:
        raise UserError(
            f"{out} is not empty; choose another folder, or ask for it to be replaced.", field=field
        )
    if not holds(out):
        raise UserError(
            f"{out} is not empty and holds no {what}, so it is not replaced; choose another folder.",
            field=field,
        )
    there = out.resolve()
    for source in sources:
        found = Path(source).resolve()
        if found != there and found.is_relative_to(there):
            raise UserError(
                f"{out} cannot be replaced: {source}, which is read, lies inside it. Choose another folder.",
                field=field,
            )


def _sweep(out: Path) -> None:
    """Remove what writers to the same place left that are no longer alive."""
    for left in out.parent.glob(f"{_literal(out.name)}.partial-*-*"):
        process = left.name.rsplit("-", 2)[1]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _sync_all(folder: Path) -> None:
    """Everything in it is on the disk, not only on its way there."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # where folders cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(partial: Path, out: Path) -> None:
    old = out.with_name(f"{out.name}.old-{uuid.uuid4().hex[:8]}")
    kept = False
    if out.is_dir():
        if any(out.iterdir()):
            _rename(out, old)
            kept = True
        else:
            out.rmdir()
    try:
        _rename(partial, out)
    except BaseException:
        if kept:
            _rename(old, out)
        raise
    _sync_folder(out.parent)
    if kept:
        shutil.rmtree(old, ignore_errors=True)


def _rename(here: Path, there: Path) -> None:
    for left in reversed(range(_RENAME_TRIES)):
        try:
            here.rename(there)
            return
        except PermissionError:
            if os.name != "nt" or not left:
                raise
            time.sleep(0.1)


def _unwritable(out: Path, error: OSError, field: str | None) -> UserError:
    if error.errno in _FULL:
        return UserError(
            f"The disk became full while {out} was written; nothing of it is left. "
            "Make room, or choose another disk.",
            field=field,
        )
    if error.errno == errno.EROFS:
        return UserError(f"{out} cannot be written: its disk is read-only.", field=field)
    if isinstance(error, PermissionError):
        return UserError(
            f"{out} may not be written: permission denied ({error.filename or out}).", field=field
        )
    reason = error.strerror or str(error)
    return UserError(f"{out} cannot be written: {reason[:1].lower()}{reason[1:]}.", field=field)
