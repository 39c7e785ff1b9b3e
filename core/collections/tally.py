"""What was left out or mended while files were read: counted, and the first places kept."""

from __future__ import annotations

from core.collections.skipped import Skipped
from core.errors import UserError

MOST_PLACES = 20
"""That are listed of each kind; the rest is counted."""


class Tally:
    """One list for all the files of a collection."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._places: dict[str, list[str]] = {}

    def note(self, what: str, place: str) -> None:
        """`what` in words that a number goes before: ``documents without text (kept, never found)``."""
        self._counts[what] = self._counts.get(what, 0) + 1
        places = self._places.setdefault(what, [])
        if len(places) < MOST_PLACES:
            places.append(place)

    def add(self, found: Skipped) -> None:
        """What was counted elsewhere."""
        self._counts[found.what] = self._counts.get(found.what, 0) + found.count
        places = self._places.setdefault(found.what, [])
        places += found.places[: MOST_PLACES - len(places)]

    def skipped(self) -> list[Skipped]:
        return [
            Skipped(what=what, count=count, places=self._places[what]) for what, count in self._counts.items()
        ]


class Faults:
    """Lines that will not do, of one file: a person wants to hear of all of them, up to 20, at once."""

    def __init__(self, name: str, field: str | None) -> None:
        self._name, self._field = name, field
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, what: str) -> None:
        """`what`: ``is no JSON object``. Raises when there are 20."""
        self._found.append((line, what))
        if len(self._found) == MOST_PLACES:
            self.check()

    def check(self) -> None:
        """
        Raises:
            UserError: there are any.
        """
        if not self._found:
            return
        line, what = self._found[0]
        others = [f"{line:,}" for line, _ in self._found[1:]]
        more = " or more" if len(self._found) == MOST_PLACES else ""
        if len(others) == 1:
            also = f" Line {others[0]} is at fault, too."
        elif others:
            listed = f"{', '.join(others[:-1])} and {others[-1]}"
            also = f" {len(others)}{more} other lines are at fault: {listed}."
        else:
            also = ""
        raise UserError(
            f"{self._name}, line {line:,}, {what}. Mend the line or take it out.{also}", field=self._field
        )
