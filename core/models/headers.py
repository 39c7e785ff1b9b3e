"""The header of a safetensors file: its tensors, and where they lie. Checked before anything is allocated."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.json_files import unreadable

MOST_HEADER_BYTES = 100_000_000
"""As the format's own library has it."""

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64,
    "F64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip
"""The format's names of number types → bits of one number."""

_MOST_DIMENSIONS = 64

AGAIN = "Download or copy the file again."


@dataclass(frozen=True)
class TensorEntry:
    """One tensor: `file` holds it in the bytes [`begin`, `end`), counted from the start of the file."""

    file: Path
    dtype: str
    """As the format names it: ``F32``, ``BF16``…"""
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def bytes(self) -> int:
        return self.end - self.begin

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class WeightFile:
    """One safetensors file: its tensors in the order in which their bytes lie; they fill [`data`, `size`)."""

    path: Path
    size: int
    data: int
    metadata: Mapping[str, str] | None
    tensors: Mapping[str, TensorEntry]


def read_header(path: Path, *, field: str | None = None) -> WeightFile:
    """Read and check a safetensors header; reads none of the numbers.

    Raises:
        UserError: the file cannot be read, is no safetensors file, is cut short, or its header contradicts
            itself or the file's size.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = _header_length(path, file.read(8), size, field)
            text = file.read(length)
    except OSError as error:
        raise unreadable(path, error, field=field) from None
    if len(text) < length:
        raise UserError(f"{path} is cut short inside its header. {AGAIN}", field=field)
    data = 8 + length
    header = _parsed(path, text, field)
    metadata = header.pop("__metadata__", None)
    if metadata is not None and not _is_string_map(metadata):
        raise _wrong(path, "__metadata__ should map text to text", field)
    entries = {name: _entry(path, name, value, data, field) for name, value in header.items()}
    ordered = dict(sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)))
    at = data
    for name, entry in ordered.items():
        if entry.begin != at:
            what = "overlaps the one before it" if entry.begin < at else "leaves a hole before it"
            raise _wrong(path, f"the tensor {name!r} {what}", field)
        at = entry.end
    if at > size:
        raise UserError(
            f"{path} is cut short: its header speaks of {at:,} bytes, but the file has {size:,}. {AGAIN}",
            field=field,
        )
    if at < size:
        raise _wrong(path, f"{size - at:,} bytes at its end belong to no tensor", field)
    return WeightFile(path, size, data, metadata, ordered)


def _header_length(path: Path, start: bytes, size: int, field: str | None) -> int:
    if len(start) < 8:
        raise UserError(f"{path} is no safetensors file: it has only {size:,} bytes. {AGAIN}", field=field)
    (length,) = struct.unpack("<Q", start)
    if start.startswith(b"version "):  # a git-lfs pointer
        raise UserError(
            f"{path} is only a pointer to the weights, left by git: fetch the file itself (git lfs pull).",
            field=field,
        )
    if length > MOST_HEADER_BYTES:
        raise UserError(
            f"{path} is no safetensors file, or is damaged: its header would be {length:,} bytes long.",
            field=field,
        )
    if 8 + length > size:
        raise UserError(
            f"{path} is cut short: its header takes {length + 8:,} bytes, but the file has {size:,}. {AGAIN}",
            field=field,
        )
    return int(length)


def _parsed(path: Path, text: bytes, field: str | None) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in found if names.count(name) > 1)
            raise _wrong(path, f"it names {twice!r} twice", field)
        return found

    try:
        header = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise _wrong(path, "its header is no valid JSON", field) from None
    if not isinstance(header, dict):
        raise _wrong(path, "its header is no JSON object", field)
    return header


def _entry(path: Path, name: str, value: object, data: int, field: str | None) -> TensorEntry:
    if not isinstance(value, dict):
        raise _wrong(path, f"the tensor {name!r} is not described", field)
    dtype = value.get("dtype")
    if not isinstance(dtype, str) or dtype not in BITS:
        raise _wrong(path, f"the tensor {name!r} has the unknown number type {dtype!r}", field)
    shape, place = _sizes(value.get("shape")), _sizes(value.get("data_offsets"))
    if shape is None:
        raise _wrong(path, f"the tensor {name!r} has no proper shape", field)
    if place is None or len(place) != 2 or place[0] > place[1]:
        raise _wrong(path, f"the tensor {name!r} has no proper place", field)
    begin, end = place
    if math.prod(shape) * BITS[dtype] != 8 * (end - begin):
        raise _wrong(path, f"the tensor {name!r} of shape {list(shape)} does not fill its place", field)
    return TensorEntry(path, dtype, shape, data + begin, data + end)


def _sizes(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or len(value) > _MOST_DIMENSIONS:
        return None
    if not all(type(size) is int and 0 <= size < 2**63 for size in value):
        return None
    return tuple(value)


def _is_string_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _wrong(path: Path, what: str, field: str | None) -> UserError:
    return UserError(f"{path} is a damaged safetensors file: {what}. {AGAIN}", field=field)
