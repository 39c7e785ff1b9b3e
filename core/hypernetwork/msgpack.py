"""Arrays in a flax msgpack file: read within bounds, and without running anything that the file says.

Only what such a file consists of is understood: nested maps with names for keys, and at the ends arrays as
the extension type 1, which holds (shape, name of the number type, bytes). The layout was read in flax's
documentation of `flax.serialization` and in the code that writes published hypernetworks; it was tried on
files that tests write so, not on a published file.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import torch

from core.errors import UserError
from core.json_files import unreadable

MOST_BYTES = 32 * 2**30
_DEEPEST = 64
_MOST_ENTRIES = 100_000
_ARRAY = 1
_DTYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float64": torch.float64,
}


def read_arrays(path: Path, *, field: str | None = None) -> dict[tuple[str, ...], torch.Tensor]:
    """The arrays by their path of names, each on the CPU in its own number type.

    Raises:
        UserError: the file cannot be read, is cut short, too large, or something else than nested maps of
            arrays of floats.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UserError(f"{path} is too large to be a hypernetwork: {size:,} bytes.", field=field)
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, field=field) from None
    reader = _Reader(memoryview(data))
    try:
        found = reader.value(0)
        if reader.at != len(data) or not isinstance(found, dict):
            raise _WrongError("it holds something else than one map")
        return dict(_flat(found, ()))
    except _WrongError as wrong:
        raise UserError(f"{path} cannot be read as flax weights: {wrong}.", field=field) from None


class _WrongError(Exception):
    pass


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self.at = 0
        self._entries = 0

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise _WrongError("it is nested too deeply")
        kind = self._number("B")
        if kind <= 0x7F:
            return kind
        if kind <= 0x8F:
            return self._map(kind & 0x0F, depth)
        if kind <= 0x9F:
            return self._list(kind & 0x0F, depth)
        if kind <= 0xBF:
            return self._text(kind & 0x1F)
        if kind >= 0xE0:
            return kind - 0x100
        return self._longer(kind, depth)

    def _longer(self, kind: int, depth: int) -> Any:
        if kind == 0xC0:
            return None
        if kind in (0xC2, 0xC3):
            return kind == 0xC3
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind])
        if kind in _SIZES:
            what, size = _SIZES[kind]
            count = self._number(size)
            if what == "text":
                return self._text(count)
            if what == "bytes":
                return self._take(count)
            if what == "list":
                return self._list(count, depth)
            if what == "map":
                return self._map(count, depth)
            return self._extension(count)
        if kind in _FIXED_EXTENSIONS:
            return self._extension(_FIXED_EXTENSIONS[kind])
        raise _WrongError(f"byte {self.at - 1:,} begins nothing that msgpack knows")

    def _number(self, format: str) -> Any:
        return struct.unpack(f">{format}", self._take(struct.calcsize(format)))[0]

    def _take(self, count: int) -> memoryview:
        if count > len(self._data) - self.at:
            raise _WrongError("it is cut short")
        taken = self._data[self.at : self.at + count]
        self.at += count
        return taken

    def _text(self, count: int) -> str:
        try:
            return str(self._take(count), "utf-8")
        except UnicodeDecodeError:
            raise _WrongError("a name in it is not UTF-8") from None

    def _count(self, entries: int) -> None:
        self._entries += entries
        if self._entries > _MOST_ENTRIES:
            raise _WrongError("it has more entries than a network has arrays")

    def _list(self, count: int, depth: int) -> list[Any]:
        self._count(count)
        return [self.value(depth + 1) for _ in range(count)]

    def _map(self, count: int, depth: int) -> dict[Any, Any]:
        self._count(count)
        found: dict[Any, Any] = {}
        for _ in range(count):
            key = self.value(depth + 1)
            if not isinstance(key, str | int) or key in found:
                raise _WrongError("a map in it has a key that is no name, or one twice")
            found[key] = self.value(depth + 1)
        return found

    def _extension(self, count: int) -> torch.Tensor:
        kind = self._number("b")
        inside = _Reader(self._take(count))
        if kind != _ARRAY:
            raise _WrongError(f"it holds a value of the extension type {kind}, and only arrays are read")
        parts = inside.value(1)
        if not isinstance(parts, list) or len(parts) != 3:
            raise _WrongError("an array in it is not described by shape, number type and bytes")
        return _array(*parts)


_NUMBERS = {
    0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q", 0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3:
    "q",
}  # fmt: skip
_SIZES = {
    0xC4: ("bytes", "B"), 0xC5: ("bytes", "H"), 0xC6: ("bytes", "I"),
    0xC7: ("extension", "B"), 0xC8: ("extension", "H"), 0xC9: ("extension", "I"),
    0xD9: ("text", "B"), 0xDA: ("text", "H"), 0xDB: ("text", "I"),
    0xDC: ("list", "H"), 0xDD: ("list", "I"), 0xDE: ("map", "H"), 0xDF: ("map", "I"),
}  # fmt: skip
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def _array(shape: Any, name: Any, data: Any) -> torch.Tensor:
    name = str(name, "utf-8", "replace") if isinstance(name, memoryview) else name
    dtype = _DTYPES.get(name) if isinstance(name, str) else None
    if dtype is None:
        raise _WrongError(f"an array in it has numbers of the type {name!r}")
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        raise _WrongError("an array in it has no proper shape")
    if not isinstance(data, memoryview) or len(data) != math.prod(shape) * dtype.itemsize:
        raise _WrongError(f"an array in it of shape {shape} does not fill its place")
    if not len(data):
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)


def _flat(tree: dict[Any, Any], above: tuple[str, ...]) -> Any:
    for key, value in tree.items():
        path = (*above, str(key))
        if isinstance(value, dict):
            if "__msgpack_chunked_array__" in value:
                raise _WrongError(f"{'/'.join(path)} is stored in chunks: use the folder's safetensors")
            yield from _flat(value, path)
        elif isinstance(value, torch.Tensor):
            yield path, value
        else:
            raise _WrongError(f"{'/'.join(path)} is no array")
