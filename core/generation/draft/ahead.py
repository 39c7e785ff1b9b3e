"""How many are proposed at once."""

from __future__ import annotations


class Ahead:
    """A fixed number; adaptive, two more after a round in which all were accepted, else one less."""

    def __init__(self, most: int, *, adaptive: bool) -> None:
        self.count = most
        self._most, self._adaptive = (64 if adaptive else most), adaptive

    def learn(self, proposed: int, accepted: int) -> None:
        if self._adaptive and proposed:
            self.count = min(self._most, self.count + 2) if accepted == proposed else max(1, self.count - 1)
