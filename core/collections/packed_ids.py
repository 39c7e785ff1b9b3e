"""Many ids in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 65_536


class PackedIds(Sequence[str]):
    """A sequence of ids as one string of bytes: 8 bytes and its letters for each."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        for id in ids:
            self.append(id)

    def append(self, id: str) -> None:
        self._bytes += id.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(place)
        start = self._ends[place - 1] if place else 0
        return self._bytes[start : self._ends[place]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        start = 0
        for first in range(0, len(self._ends), _AT_ONCE):
            for end in self._ends[first : first + _AT_ONCE]:
                yield self._bytes[start:end].decode("utf-8", "surrogatepass")
                start = end

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PackedIds):
            return NotImplemented
        return self._bytes == other._bytes and self._ends == other._ends

    __hash__ = None  # type: ignore[assignment]  # it grows

    def chosen(self, places: NDArray[np.int64]) -> PackedIds:
        """Those at `places`."""
        return PackedIds(self[int(place)] for place in places)
