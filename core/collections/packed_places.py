"""Where each of many ids stands, in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np


class PackedPlaces(Mapping[str, int]):
    """Id → place of ids no two of which are alike: 16 bytes for each, beside the ids themselves.

    Hashes in ascending order are searched; the ids found by them are compared, as hashes may be equal.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        hashes = np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]

    def __getitem__(self, id: str) -> int:
        wanted = np.int64(hash(id))
        at = int(np.searchsorted(self._hashes, wanted))
        while at < len(self._hashes) and self._hashes[at] == wanted:
            place = int(self._order[at])
            if self._ids[place] == id:
                return place
            at += 1
        raise KeyError(id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)
