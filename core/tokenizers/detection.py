"""Which format a tokenizer is of, and which file holds it: told by content before name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from core.errors import UserError
from core.json_files import unreadable
from core.tokenizers.formats import FORMATS, HEAD, Format

_EVERYDAY = (".json", ".txt")
"""Endings that say nothing of what a file is."""


class Detected(NamedTuple):
    format: Format
    file: Path


def detect(path: Path, *, field: str | None = None) -> Detected:
    """The format of a tokenizer, and its file.

    Args:
        path: a file, a folder that holds one, or the name of an encoding where there is no such file.
        field: the request's field that named it, for the error.

    Raises:
        UserError: there is nothing, nothing that is a tokenizer, or more than one.
    """
    given = Path(path)
    path = given.absolute()
    try:
        if path.is_dir():
            return _in_folder(path, field)
        if not path.exists() and (named := _named(given, field)) is not None:
            return named
        path.stat()
        return _of_file(path, field)
    except OSError as error:
        raise unreadable(path, error, field=field) from None


def _named(given: Path, field: str | None) -> Detected | None:
    if len(given.parts) != 1:
        return None
    for format in FORMATS.values():
        try:
            file = format.named(given.name)
        except UserError as error:
            raise UserError(error.message, field=field) from None
        if file is not None:
            return Detected(format, file)
    return None


def _in_folder(folder: Path, field: str | None) -> Detected:
    entries = {entry.name: entry for entry in folder.iterdir()}
    for format in FORMATS.values():
        for name in format.names:
            if name in entries and entries[name].is_file():
                found = _recognised(entries[name], _head(entries[name]))
                return Detected(found or format, entries[name])
    endings = tuple(
        ending for format in FORMATS.values() for ending in format.endings if ending not in _EVERYDAY
    )
    files = [entries[name] for name in sorted(entries) if name.lower().endswith(endings)]
    found_there = [(file, found) for file in files if (found := _recognised(file, _head(file))) is not None]
    if len(found_there) == 1:
        file, format = found_there[0]
        return Detected(format, file)
    if found_there:
        several = ", ".join(file.name for file, _ in found_there[:3])
        raise UserError(
            f"{folder} holds several tokenizers ({several}): choose one of the files.", field=field
        )
    names = ", ".join(dict.fromkeys(name for format in FORMATS.values() for name in format.names[:1]))
    raise UserError(f"{folder} holds no tokenizer: none of {names}.", field=field)


def _of_file(file: Path, field: str | None) -> Detected:
    if not file.is_file():
        raise UserError(f"{file} is no plain file.", field=field)
    head = _head(file)
    format = _recognised(file, head) or _by_name(file)
    if format is not None:
        return Detected(format, file)
    if not head:
        raise UserError(f"{file} is empty.", field=field)
    raise UserError(f"{file} is no tokenizer of a kind that can be read: {', '.join(FORMATS)}.", field=field)


def _recognised(file: Path, head: bytes) -> Format | None:
    found = [format for format in FORMATS.values() if format.recognises(file, head)]
    return _fitting(file, found) or next(iter(found), None)


def _by_name(file: Path) -> Format | None:
    """So that the reader of a damaged file says what is wrong with it."""
    return _fitting(file, list(FORMATS.values()))


def _fitting(file: Path, formats: Sequence[Format]) -> Format | None:
    by_name = next((format for format in formats if file.name in format.names), None)
    ending = file.suffix.lower()
    return by_name or next((format for format in formats if ending in format.endings), None)


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(HEAD)
