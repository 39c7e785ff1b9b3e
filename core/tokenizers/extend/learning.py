"""BPE training, continued from where a tokenizer's own ended (Sennrich et al., arXiv 1508.07909).

The words are cut as the tokenizer cuts them now; then the commonest pair of neighbours becomes a token, again
and again. Every merge makes a token that was not there, so that none of the old merges ever applies anew.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.jobs.context import Context

LONGEST = 64
"""Characters of a token, as its file spells it."""
_CHECK_EVERY = 5_000
"""Words: some hundredths of a second."""

_Pair = tuple[int, int]


class Learnt(NamedTuple):
    """A new token: `parts` is how many old ones it stands for."""

    left: int
    right: int
    content: str
    parts: int


class Learner:
    """Pairs of neighbours, counted over words; each merge touches only the words that have the pair.

    The commonest pair comes first; of equally common ones that with the smaller left, then right number.
    """

    def __init__(
        self,
        words: Sequence[tuple[list[int], int]],
        contents: Sequence[str | None],
        join: Callable[[str, str], str],
        *,
        least: int,
        ctx: Context,
    ) -> None:
        """
        Args:
            words: the ids of each, and how often it occurs.
            contents: id → token as the file spells it; new ones get the numbers behind.
            join: what two of them make.
            least: how often a pair must occur.
        """
        self._ctx = ctx
        self._words = [ids for ids, _ in words]
        self._occurs = [count for _, count in words]
        self._contents = list(contents)
        self._parts = [1] * len(contents)
        self._known = {content for content in contents if content is not None}
        self._join = join
        self._least = least
        self._counts: defaultdict[_Pair, int] = defaultdict(int)
        self._where: defaultdict[_Pair, set[int]] = defaultdict(set)
        for number, ids in enumerate(self._words):
            if number % _CHECK_EVERY == 0:
                ctx.check()
            for pair in itertools.pairwise(ids):
                self._counts[pair] += self._occurs[number]
                self._where[pair].add(number)
        self._queue = [(-count, pair) for pair, count in self._counts.items() if count >= least]
        heapq.heapify(self._queue)

    def learn(self, most: int) -> list[Learnt]:
        """At most so many tokens, in the order of their merges."""
        found: list[Learnt] = []
        while self._queue and len(found) < most:
            self._ctx.progress(len(found), most, "Learning tokens")
            count, pair = heapq.heappop(self._queue)
            if self._counts.get(pair) != -count:
                continue
            left, right = (self._contents[id] for id in pair)
            assert left is not None
            assert right is not None
            content = self._join(left, right)
            if content in self._known or len(content) > LONGEST:
                continue
            found.append(Learnt(*pair, content, self._parts[pair[0]] + self._parts[pair[1]]))
            self._known.add(content)
            self._contents.append(content)
            self._parts.append(found[-1].parts)
            self._merge(pair, len(self._contents) - 1)
        return found

    def _merge(self, pair: _Pair, made: int) -> None:
        changed: set[_Pair] = set()
        for done, number in enumerate(sorted(self._where[pair])):
            if done % _CHECK_EVERY == 0:
                self._ctx.check()
            old, occurs = self._words[number], self._occurs[number]
            new = _merged(old, pair, made)
            for gone in itertools.pairwise(old):
                self._counts[gone] -= occurs
                self._where[gone].discard(number)
                changed.add(gone)
            for there in itertools.pairwise(new):
                self._counts[there] += occurs
                self._where[there].add(number)
                changed.add(there)
            self._words[number] = new
        for each in changed:
            if self._counts[each] >= self._least:
                heapq.heappush(self._queue, (-self._counts[each], each))
            elif not self._counts[each]:
                del self._counts[each], self._where[each]


def _merged(ids: list[int], pair: _Pair, made: int) -> list[int]:
    new: list[int] = []
    at = 0
    while at < len(ids):
        if at + 1 < len(ids) and (ids[at], ids[at + 1]) == pair:
            new.append(made)
            at += 2
        else:
            new.append(ids[at])
            at += 1
    return new
