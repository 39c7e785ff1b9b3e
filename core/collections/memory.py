"""Texts held in memory: those of small and of generated collections."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from core.collections.digest import Digest
from core.collections.record_line import Record


class MemoryTexts:
    """`core.collections.collection.Texts` of lists.

    Args:
        ids: no two alike.
        bodies: as many.
        titles: as many; none by default.

    Raises:
        ValueError: they are not as many, or an id is there twice.
    """

    def __init__(
        self, ids: Sequence[str], bodies: Sequence[str], titles: Sequence[str] | None = None
    ) -> None:
        if len(bodies) != len(ids) or (titles is not None and len(titles) != len(ids)):
            raise ValueError("ids, bodies and titles are not equally many")
        if len(set(ids)) != len(ids):
            raise ValueError("an id is there twice")
        self.ids = list(ids)
        self._bodies = bodies
        self._titles = titles

    @cached_property
    def digest(self) -> str:
        digest = Digest()
        for place, id in enumerate(self.ids):
            digest.add(id, self.title(place), self.body(place))
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.ids)

    def title(self, place: int) -> str:
        return self._titles[place] if self._titles is not None else ""

    def body(self, place: int) -> str:
        return self._bodies[place]

    def text(self, place: int) -> str:
        return joined(self.title(place), self.body(place))

    def texts(self, first: int, last: int) -> list[str]:
        return [self.text(place) for place in range(first, min(last, len(self)))]

    def records(self, first: int, last: int) -> list[Record]:
        """Id, title and body of first … last - 1."""
        return [
            Record(self.ids[place], self.title(place), self.body(place))
            for place in range(first, min(last, len(self)))
        ]


def joined(title: str, body: str) -> str:
    """What is searched: the title, a space and the body; or the body where there is no title."""
    return f"{title} {body}" if title else body
