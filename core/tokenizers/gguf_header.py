"""What a GGUF file says of itself before its tensors: keys and values, read within bounds.

The file may be of any size: only its beginning is read, and each length is held against what the file has
left before anything is made of it. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import array
import struct
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import UserError
from core.json_files import unreadable

MAGIC = b"GGUF"
_OLDER = (b"ggml", b"lmgg", b"ggjt", b"tjgg", b"fmgg", b"algg")
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Type number → how `struct` and `array` call it."""
_STRING, _ARRAY = 8, 9

_MOST_KEYS = 65_536
_LONGEST_KEY = 65_535
_LONGEST_STRING = 16 * 2**20
_LONGEST_ELEMENT = 64 * 1024
_MOST_ELEMENTS = 4_000_000
_MOST_KEPT = 256 * 2**20
"""Bytes of all that is kept."""
_BUFFER = 2**20


def read_header(file: Path, *, skip: tuple[str, ...] = (), field: str | None = None) -> dict[str, Any]:
    """The values that tell of the tokenizer, and the architecture, by key.

    A list of strings is a list; one of numbers an `array.array`. Bytes that are no UTF-8 become U+FFFD in a
    string by itself, but are refused in a list.

    Args:
        skip: keys to pass over.

    Raises:
        UserError: the file is no GGUF, or its header is damaged: what is wrong with it.
    """
    try:
        with file.open("rb", buffering=_BUFFER) as opened:
            return _Header(opened, file.stat().st_size, skip).read()
    except OSError as error:
        raise unreadable(file, error, field=field) from None
    except ValueError as error:
        raise UserError(f"{file} is no GGUF file, or is damaged: {error}.", field=field) from None


def _is_wanted(key: str) -> bool:
    return key.startswith(("tokenizer.ggml.", "tokenizer.chat_template")) or key == "general.architecture"


class _Header:
    """Raises ValueError: what is wrong, as the end of a sentence."""

    def __init__(self, opened: BinaryIO, size: int, skip: tuple[str, ...]) -> None:
        self._opened = opened
        self._left = size
        self._kept = 0
        self._skip = skip

    def read(self) -> dict[str, Any]:
        if not self._left:
            raise ValueError("it is empty")
        magic = self._bytes(4)
        if magic != MAGIC:
            older = " (it is of a format that came before: convert the model anew)" if magic in _OLDER else ""
            raise ValueError(f"it does not begin with GGUF{older}")
        version = self._number("I")
        if version not in (2, 3):
            swapped = version in (2 << 24, 3 << 24)
            what = (
                "its numbers are in the order of big-endian machines"
                if swapped
                else f"its version is {version}"
            )
            raise ValueError(f"{what}, and only versions 2 and 3 of little-endian machines can be read")
        self._number("Q")  # tensors
        count = self._number("Q")
        if count > _MOST_KEYS:
            raise ValueError(f"it says that it has {count:,} keys, and {_MOST_KEYS:,} is the limit")
        found: dict[str, Any] = {}
        for _ in range(count):
            key = self._string(_LONGEST_KEY, "a key").decode(errors="replace")
            kind = self._number("I")
            if _is_wanted(key) and key not in self._skip:
                if key in found:
                    raise ValueError(f"the key {key!r} is there twice")
                found[key] = self._value(key, kind)
            else:
                self._pass_over(key, kind)
        return found

    def _value(self, key: str, kind: int) -> Any:
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind == _STRING:
            return self._keep(self._string(_LONGEST_STRING, key)).decode(errors="replace")
        element, count = self._array(key, kind)
        if element in _SCALARS:
            numbers = array.array("B" if _SCALARS[element] == "?" else _SCALARS[element])
            numbers.frombytes(self._keep(self._bytes(count * numbers.itemsize)))
            if struct.pack("=H", 1) != struct.pack("<H", 1):
                numbers.byteswap()
            return numbers
        try:
            return [data.decode() for data in self._strings(count, key)]
        except UnicodeDecodeError:
            raise ValueError(f"an element of {key} is no UTF-8 text") from None

    def _strings(self, count: int, key: str) -> list[bytes]:
        """The same as `_string` again and again, which would take four times as long."""
        found = []
        before = left = self._left
        read, unpack = self._opened.read, _UNPACK["Q"].unpack
        for _ in range(count):
            prefix = read(8)
            if len(prefix) < 8:
                raise ValueError("it is cut short")
            (length,) = unpack(prefix)
            left -= 8 + length
            if left < 0 or length > _LONGEST_ELEMENT:
                most = min(_LONGEST_ELEMENT, left + length)
                raise ValueError(
                    f"an element of {key} has {length:,} bytes, and at most {most:,} are allowed"
                )
            found.append(read(length))
        self._left = left
        self._keep(b"", before - left)
        return found

    def _pass_over(self, key: str, kind: int) -> None:
        if kind in _SCALARS:
            self._number(_SCALARS[kind])
        elif kind == _STRING:
            self._jump(self._length(key))
        else:
            element, count = self._array(key, kind)
            if element in _SCALARS:
                self._jump(count * struct.calcsize(f"<{_SCALARS[element]}"))
            else:
                for _ in range(count):
                    self._jump(self._length(key))

    def _array(self, key: str, kind: int) -> tuple[int, int]:
        """What an array holds, and how much."""
        if kind != _ARRAY:
            raise ValueError(f"the value of {key} is of an unknown type ({kind})")
        element, count = self._number("I"), self._number("Q")
        if element == _ARRAY:
            raise ValueError(f"the value of {key} is a list of lists, which no tokenizer has")
        if element not in _SCALARS and element != _STRING:
            raise ValueError(f"the elements of {key} are of an unknown type ({element})")
        least = 8 if element == _STRING else struct.calcsize(f"<{_SCALARS[element]}")
        if count * least > self._left:
            raise ValueError(f"{key} says that it has {count:,} elements, more than the file has room for")
        if count > _MOST_ELEMENTS and (element == _STRING or _is_wanted(key)):
            raise ValueError(f"{key} has {count:,} elements, and {_MOST_ELEMENTS:,} is the limit")
        return element, count

    def _string(self, most: int, what: str) -> bytes:
        length = self._length(what)
        if length > most:
            raise ValueError(f"{what} has {length:,} bytes, and {most:,} is the limit")
        return self._bytes(length)

    def _length(self, what: str) -> int:
        length: int = self._number("Q")
        if length > self._left:
            raise ValueError(f"{what} says that it has {length:,} bytes, more than the file has room for")
        return length

    def _number(self, code: str) -> Any:
        unpack = _UNPACK[code]
        return unpack.unpack(self._bytes(unpack.size))[0]

    def _bytes(self, count: int) -> bytes:
        if count > self._left:
            raise ValueError("it is cut short")
        data = self._opened.read(count)
        if len(data) < count:
            raise ValueError("it is cut short")
        self._left -= count
        return data

    def _jump(self, count: int) -> None:
        if count > self._left:
            raise ValueError("it is cut short")
        self._opened.seek(count, 1)
        self._left -= count

    def _keep(self, data: bytes, size: int | None = None) -> bytes:
        self._kept += len(data) if size is None else size
        if self._kept > _MOST_KEPT:
            raise ValueError(f"what it says of the tokenizer takes more than {_MOST_KEPT:,} bytes")
        return data


_UNPACK = {code: struct.Struct(f"<{code}") for code in _SCALARS.values()}
