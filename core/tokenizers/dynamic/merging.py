"""Batch-level merging (arXiv 2411.18553, section 3): a batch's commonest pair of neighbours becomes a token.

Nothing is counted anew after a merge: only the neighbours of what was merged change.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

_BARRIER = -1
"""A token that merges with nothing, or the end of a document."""
_GONE = -2
"""Where a token was that has become part of the one before it."""

_Pair = tuple[int, int]


class Merge(NamedTuple):
    """`occurs`: how often the pair stood there, overlapping ones included; `saved`: tokens saved."""

    left: bytes
    right: bytes
    occurs: int
    saved: int


class Batch:
    """Documents that are merged together. Tokens of the same bytes are the same token.

    Of several commonest pairs, the one is taken that stands first in the batch as it is then.
    """

    def __init__(
        self, documents: Sequence[Sequence[bytes | None]], may_join: Callable[[bytes], bool]
    ) -> None:
        """
        Args:
            documents: the bytes of each token; None (or nothing) for one that never merges.
            may_join: whether there may be a token of these bytes.
        """
        self.length = sum(map(len, documents))
        """Tokens in the batch as it is now."""
        self._may_join = may_join
        self._numbers: dict[bytes, int] = {}
        self._bytes: list[bytes] = []
        self._symbols: list[int] = []
        self._ends: list[int] = []
        for document in documents:
            self._symbols += [self._number(token) if token else _BARRIER for token in document]
            self._symbols.append(_BARRIER)
            self._ends.append(len(self._symbols))
        places = range(len(self._symbols))
        self._before = [place - 1 for place in places]
        self._after = [place + 1 for place in places]
        self._joined: dict[_Pair, int] = {}
        self._counts: dict[_Pair, int] = {}
        self._places: dict[_Pair, list[int]] = {}
        for place in range(len(self._symbols) - 1):
            self._add(place)
        self._queue = [(-count, self._places[pair][0], pair) for pair, count in self._counts.items()]
        heapq.heapify(self._queue)

    def merge(self) -> Merge | None:
        """Merge the commonest pair wherever it stands, from left to right; None where none is left."""
        pair = self._commonest()
        if pair is None:
            return None
        left, right = pair
        count, joined = self._counts[pair], self._joined[pair]
        touched: set[_Pair] = set()
        before = self.length
        for place in sorted(self._places.pop(pair)):
            if self._is(place, pair):
                self._merge_at(place, joined, touched)
        self._counts.pop(pair)
        self._places.pop(pair, None)
        for changed in touched - {pair}:
            self._requeue(changed)
        return Merge(self._bytes[left], self._bytes[right], count, before - self.length)

    def documents(self) -> list[list[bytes | None]]:
        """The documents as they are now."""
        found = []
        begin = 0
        for end in self._ends:
            some = self._symbols[begin : end - 1]
            found.append([self._bytes[symbol] if symbol >= 0 else None for symbol in some if symbol != _GONE])
            begin = end
        return found

    def tokens(self) -> Iterator[bytes]:
        """Each token of the batch as it is now; those that never merge are left out."""
        return (self._bytes[symbol] for symbol in self._symbols if symbol >= 0)

    # How it is done

    def _commonest(self) -> _Pair | None:
        while self._queue:
            count, place, pair = heapq.heappop(self._queue)
            if self._counts.get(pair) == -count and self._first(pair) == place:
                return pair
        return None

    def _merge_at(self, place: int, joined: int, touched: set[_Pair]) -> None:
        symbols, gone = self._symbols, self._after[place]
        before, after = self._before[place], self._after[gone]
        self._take(before, place, touched)
        self._take(place, gone, touched)
        self._take(gone, after, touched)
        symbols[place], symbols[gone] = joined, _GONE
        self._after[place] = after
        if after < len(symbols):
            self._before[after] = place
        self.length -= 1
        for start in (before, place):
            added = self._add(start) if start >= 0 else None
            if added is not None:
                touched.add(added)

    def _take(self, left: int, right: int, touched: set[_Pair]) -> None:
        if left < 0 or right >= len(self._symbols):
            return
        pair = (self._symbols[left], self._symbols[right])
        if pair in self._counts:
            self._counts[pair] -= 1
            touched.add(pair)

    def _add(self, place: int) -> _Pair | None:
        """Count the pair at a place, if it may be one."""
        after = self._after[place]
        if after >= len(self._symbols):
            return None
        pair = (self._symbols[place], self._symbols[after])
        if self._join(pair) < 0:
            return None
        self._counts[pair] = self._counts.get(pair, 0) + 1
        heapq.heappush(self._places.setdefault(pair, []), place)
        return pair

    def _requeue(self, pair: _Pair) -> None:
        if self._counts[pair]:
            heapq.heappush(self._queue, (-self._counts[pair], self._first(pair), pair))
        else:
            del self._counts[pair]
            self._places.pop(pair, None)

    def _first(self, pair: _Pair) -> int:
        places = self._places[pair]
        while not self._is(places[0], pair):
            heapq.heappop(places)
        return places[0]

    def _is(self, place: int, pair: _Pair) -> bool:
        if self._symbols[place] != pair[0]:
            return False
        after = self._after[place]
        return after < len(self._symbols) and self._symbols[after] == pair[1]

    def _join(self, pair: _Pair) -> int:
        """The token that a pair becomes; `_BARRIER` where it may not."""
        if pair[0] < 0 or pair[1] < 0:
            return _BARRIER
        if pair not in self._joined:
            joined = self._bytes[pair[0]] + self._bytes[pair[1]]
            self._joined[pair] = self._number(joined) if self._may_join(joined) else _BARRIER
        return self._joined[pair]

    def _number(self, token: bytes) -> int:
        number = self._numbers.setdefault(token, len(self._bytes))
        if number == len(self._bytes):
            self._bytes.append(token)
        return number
