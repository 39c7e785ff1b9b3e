"""Protocol buffers on the wire: messages of a stranger taken apart within bounds, small ones put together.

https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_MOST_DIGITS = 10
"""Bytes of the longest varint: 64 bits, seven a byte."""


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of one message: number and value, a number where the wire has a varint, bytes otherwise.

    Raises:
        ValueError: what is wrong with it, as the end of a sentence.
    """
    at, size = 0, len(data)
    while at < size:
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == _LENGTH:
            length, at = _varint(data, at)
        elif kind == _FOUR_BYTES:
            length = 4
        elif kind == _EIGHT_BYTES:
            length = 8
        else:
            raise ValueError(f"byte {at:,} begins no field")
        if number == 0:
            raise ValueError(f"byte {at:,} begins no field")
        if length > size - at:
            raise ValueError(f"it ends {length - (size - at):,} bytes too early")
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    for place in range(at, min(at + _MOST_DIGITS, len(data))):
        byte = data[place]
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found, place + 1
        shift += 7
    raise ValueError("it ends in the midst of a number" if shift < 70 else f"byte {at:,} begins no number")


def message(*pairs: tuple[int, bool | int | float | str | bytes]) -> bytes:
    """A message of the fields given, numbers and values; a float takes four bytes."""
    return b"".join(_field(number, value) for number, value in pairs)


def _field(number: int, value: bool | int | float | str | bytes) -> bytes:
    if isinstance(value, float):
        return _written(number << 3 | _FOUR_BYTES) + struct.pack("<f", value)
    if isinstance(value, int):
        return _written(number << 3 | _VARINT) + _written(int(value))
    data = value.encode() if isinstance(value, str) else value
    return _written(number << 3 | _LENGTH) + _written(len(data)) + data


def _written(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
