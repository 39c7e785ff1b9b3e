"""A test collection as engines see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.collections.order import tie_ranks
from core.collections.packed_places import PackedPlaces
from core.collections.skipped import Skipped

_MANY = 200_000
"""Documents, from which on a dictionary of them would take too much memory."""


class Texts(Protocol):
    """Documents or queries, in the order of their file. Not held in memory as a whole where they are many."""

    @property
    def ids(self) -> Sequence[str]: ...

    @property
    def digest(self) -> str:
        """Of ids and texts: the key under which what was computed of them is kept."""
        ...

    def __len__(self) -> int: ...

    def title(self, place: int) -> str: ...

    def body(self, place: int) -> str: ...

    def text(self, place: int) -> str:
        """What is searched: the title, a space and the body; or the body where there is no title."""
        ...

    def texts(self, first: int, last: int) -> list[str]:
        """`text` of first … last - 1."""
        ...


@dataclass(frozen=True)
class Collection:
    """`judgements`: query → document → grade, of queries that are there; the documents need not be.

    `queries` are those with judgements only, where there are judgements. Ids are as they are spelt.
    """

    name: str
    path: Path
    documents: Texts
    queries: Texts
    judgements: Mapping[str, Mapping[str, int]]
    skipped: Sequence[Skipped] = field(default_factory=tuple)

    @cached_property
    def tie_ranks(self) -> NDArray[np.int64]:
        """Of the documents: see `core.collections.order`."""
        return tie_ranks(self.documents.ids)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Document id → place."""
        ids = self.documents.ids
        return PackedPlaces(ids) if len(ids) > _MANY else {id: place for place, id in enumerate(ids)}
