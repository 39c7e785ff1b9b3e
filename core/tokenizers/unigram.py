"""Which pieces a Unigram tokenizer has (Kudo 2018, arXiv 1804.10959).

The library's own trainer goes through words in an order that changes from run to run, and cannot be stopped.
This one gives the same pieces and the same scores each time, and looks for a stop between its steps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.jobs.context import Context

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

LONGEST_PIECE = 16
"""Characters, as in SentencePiece."""

_SEEDS_PER_PIECE = 20
_KEPT = 0.75
"""Share of the pieces that a round of pruning leaves, as in SentencePiece."""
_EM_STEPS = 2
_LEAST_COUNT = 0.5
"""Expected occurrences below which a piece's score does not fall further."""
_LEAST_SEEN = 3
"""A character seen less often is left to the byte pieces."""
_MOST_WORDS = 100_000
"""The rarer ones of a large text tell little, and would take much memory."""
_LONGEST_WORD = 32
"""Longer words are cut for the training: most are rows of signs, or text that is written without spaces."""
_WORDS_AT_ONCE = 500
_NAMES_AT_ONCE = 50_000
_STAGE = "Choosing the tokens"


def learn_pieces(
    words: Mapping[str, int], size: int, alphabet: Iterable[str], ctx: Context
) -> list[tuple[str, float]]:
    """Pieces and their log-probabilities, the likeliest first.

    Expectation maximisation over all ways to cut each word; between its rounds the pieces go whose absence
    would cost the least likelihood, until `size` are left. Single characters always stay.

    Args:
        words: word → how often it occurs; a piece never reaches across words.
        size: how many pieces; fewer come back where the words have no more.
        alphabet: characters that are pieces whether they occur or not.
    """
    characters = _characters(words, frozenset(alphabet), size)
    known = dict(sorted(_cut(words, characters, ctx).items()))
    occurrences = np.array(list(known.values()), dtype=np.float64)
    seen = _seen(known, ctx)
    pieces = [*sorted(characters), *_seeds(seen, size * _SEEDS_PER_PIECE, ctx)]
    first = np.array([max(_LEAST_COUNT, seen[piece]) for piece in pieces])
    scores = np.log(first / first.sum())
    text = _groups(list(known), pieces, ctx)
    inside = [group.without_whole(len(pieces)) for group in _groups(pieces, pieces, ctx) if group.length > 1]
    rounds, done = _rounds(len(pieces), size), 0
    while True:
        for _ in range(_EM_STEPS):
            expected = np.zeros(len(pieces))
            for group in text:
                ctx.progress(done, rounds, _STAGE)
                expected += group.expected(scores, occurrences)
            scores = _maximise(expected)
        done += 1
        if len(pieces) <= size:
            ctx.progress(rounds, rounds, _STAGE)
            return sorted(zip(pieces, scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        instead = np.zeros(len(pieces))
        for group in inside:
            ctx.progress(done, rounds, _STAGE)
            instead[group.rows] = group.best(scores)
        target = max(size, int(len(pieces) * _KEPT))
        kept = _kept(pieces, len(characters), target, expected * (scores - instead), ctx)
        renumbered = np.full(len(pieces) + 1, len(kept), dtype=np.intp)
        renumbered[kept] = np.arange(len(kept))
        text = [group.renumbered(renumbered) for group in text]
        ctx.check()
        inside = [
            group.renumbered(renumbered).only(renumbered[group.rows] < len(kept), renumbered)
            for group in inside
        ]
        pieces, scores = [pieces[index] for index in kept], scores[kept]


def _characters(words: Mapping[str, int], alphabet: frozenset[str], size: int) -> set[str]:
    """The alphabet and what else is seen often enough, but no more than half of the pieces."""
    seen: Counter[str] = Counter()
    for word, count in words.items():
        for character in word:
            seen[character] += count
    often = sorted((-count, sign) for sign, count in seen.items() if count >= _LEAST_SEEN)
    others = [sign for _, sign in often if sign not in alphabet]
    return set(alphabet) | set(others[: max(0, size // 2 - len(alphabet))])


def _cut(words: Mapping[str, int], characters: set[str], ctx: Context) -> Counter[str]:
    """The most frequent words without the characters that are no pieces, cut where these stood."""
    cut: Counter[str] = Counter()
    names = list(words)
    counts = np.fromiter(words.values(), dtype=np.float64, count=len(names))
    for number, index in enumerate(_largest(counts, names, _MOST_WORDS, ctx)):
        if number % _NAMES_AT_ONCE == 0:
            ctx.check()
        word, count = names[index], words[names[index]]
        known = "".join(sign if sign in characters else "\0" for sign in word)
        for part in known.split("\0"):
            for start in range(0, len(part), _LONGEST_WORD):
                cut[part[start : start + _LONGEST_WORD]] += count
    return cut


def _seen(words: Mapping[str, int], ctx: Context) -> Counter[str]:
    """How often each part of a word stands anywhere in the words."""
    seen: Counter[str] = Counter()
    for number, (word, count) in enumerate(words.items()):
        if number % _WORDS_AT_ONCE == 0:
            ctx.check()
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + LONGEST_PIECE) + 1):
                seen[word[start:end]] += count
    return seen


def _seeds(seen: Mapping[str, int], most: int, ctx: Context) -> list[str]:
    """The parts of two characters or more that cover the most text."""
    parts: list[str] = []
    covered: list[int] = []
    for number, (part, count) in enumerate(seen.items()):
        if number % _NAMES_AT_ONCE == 0:
            ctx.check()
        if count >= 2 and len(part) >= 2:
            parts.append(part)
            covered.append(count * len(part))
    return [parts[index] for index in _largest(np.array(covered, dtype=np.float64), parts, most, ctx)]


def _largest(values: Floats, names: Sequence[str], most: int, ctx: Context) -> list[int]:
    """Indices of the largest values, the largest first; of equal ones, in the order of their names."""
    if len(values) > most > 0:
        least = np.partition(values, len(values) - most)[len(values) - most]
        some = np.flatnonzero(values >= least)
    else:
        some = np.arange(len(values))
    order = some[np.argsort(-values[some], kind="stable")]
    begins = np.flatnonzero(np.diff(values[order], prepend=np.nan))
    ends = np.append(begins[1:], len(order))
    several = ends - begins > 1
    for begin, end in zip(begins[several].tolist(), ends[several].tolist(), strict=True):
        order[begin:end] = _by_name(order[begin:end].tolist(), names, ctx)
    found: list[int] = order[: max(0, most)].tolist()
    return found


def _by_name(indices: Sequence[int], names: Sequence[str], ctx: Context) -> list[int]:
    """The indices in the order of their names; sorted in parts, so that a stop is heard."""
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for number, index in enumerate(indices):
        if number % _NAMES_AT_ONCE == 0:
            ctx.check()
        alike[names[index][:2]].append(index)
    found: list[int] = []
    for beginning in sorted(alike):
        ctx.check()
        found += sorted(alike[beginning], key=names.__getitem__)
    return found


def _maximise(expected: Floats) -> Floats:
    """The Bayesian M step of SentencePiece: exp(digamma) makes the rare rarer."""
    counts = np.maximum(expected, _LEAST_COUNT)
    return _digamma(counts) - _digamma(np.array([counts.sum()]))


def _digamma(x: Floats) -> Floats:
    """Abramowitz and Stegun, 6.3.5 and 6.3.18; absolute error below 1e-10 for x >= 0.5."""
    below, moved = np.zeros_like(x), x.copy()
    for _ in range(8):
        below += 1 / moved
        moved += 1
    square = 1 / moved**2
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return np.log(moved) - 0.5 / moved - series - below


def _rounds(pieces: int, size: int) -> int:
    rounds = 1
    while pieces > size:
        pieces = max(size, int(pieces * _KEPT))
        rounds += 1
    return rounds


def _kept(pieces: Sequence[str], characters: int, target: int, losses: Floats, ctx: Context) -> Indices:
    """Indices of the pieces that stay: all single characters, and those whose absence would cost the most."""
    best = _largest(losses[characters:], pieces[characters:], target - characters, ctx)
    return np.array([*range(characters), *sorted(index + characters for index in best)], dtype=np.intp)


def _groups(words: Sequence[str], pieces: Sequence[str], ctx: Context) -> list[_Words]:
    """The words by length."""
    index = {piece: number for number, piece in enumerate(pieces)}
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for row, word in enumerate(words):
        if word:
            rows[len(word)].append(row)
    groups = []
    for length, some in sorted(rows.items()):
        reach = min(length, LONGEST_PIECE)
        table = np.full((len(some), length, reach), len(pieces), dtype=np.int32)
        for number, row in enumerate(some):
            if number % _WORDS_AT_ONCE == 0:
                ctx.check()
            word = words[row]
            table[number] = [
                [index.get(word[start:end], len(pieces)) if end <= length else len(pieces)
                 for end in range(start + 1, start + reach + 1)]
                for start in range(length)
            ]  # fmt: skip
        groups.append(_Words(table, np.array(some, dtype=np.intp)))
    return groups


@dataclass(frozen=True)
class _Words:
    """Words of one length and every way to cut them.

    `table` (words, length, reach) int32: at ``[:, s, k]`` the piece that a word reads from place s on, k + 1
    characters long; the number of pieces stands for none. `rows` (words,): which of all words these are.
    """

    table: npt.NDArray[np.int32]
    rows: Indices

    @property
    def length(self) -> int:
        return int(self.table.shape[1])

    def expected(self, scores: Floats, occurrences: Floats) -> Floats:
        """(pieces,): how often each piece is expected in the words, over all ways to cut them."""
        values = self._values(scores)
        _, length, reach = values.shape
        before, after = self._sums(values), self._sums(values, backward=True)
        found = np.zeros(len(scores) + 1)
        for start in range(length):
            for end in range(start + 1, min(length, start + reach) + 1):
                through = before[start] + values[:, start, end - start - 1] + after[end] - before[length]
                weights = np.exp(through) * occurrences[self.rows]
                found += np.bincount(self.table[:, start, end - start - 1], weights, len(found))
        return found[:-1]

    def best(self, scores: Floats) -> Floats:
        """(words,): log-probability of the likeliest way to cut each word, minus infinity without one."""
        return self._sums(self._values(scores), add=np.maximum)[-1]

    def without_whole(self, none: int) -> _Words:
        """The same words, none of which is a piece itself."""
        table = self.table.copy()
        if self.length <= table.shape[2]:
            table[:, 0, self.length - 1] = none
        return _Words(table, self.rows)

    def renumbered(self, numbers: Indices) -> _Words:
        """`numbers` (pieces + 1,): the new index of each piece."""
        return _Words(numbers.astype(np.int32)[self.table], self.rows)

    def only(self, wanted: npt.NDArray[np.bool_], numbers: Indices) -> _Words:
        """The `wanted` (words,) alone, where the words are pieces that are numbered anew."""
        return _Words(self.table[wanted], numbers[self.rows[wanted]])

    def _values(self, scores: Floats) -> Floats:
        return np.append(scores, -np.inf)[self.table]

    @staticmethod
    def _sums(values: Floats, *, backward: bool = False, add: np.ufunc = np.logaddexp) -> list[Floats]:
        """For each place: (words,) the log-sum over all ways to cut what is before it, or behind it."""
        words, length, reach = values.shape
        sums = [np.full(words, -np.inf) for _ in range(length + 1)]
        sums[length if backward else 0] = np.zeros(words)
        places = range(length - 1, -1, -1) if backward else range(length)
        for start in places:
            for end in range(start + 1, min(length, start + reach) + 1):
                to, of = (start, end) if backward else (end, start)
                sums[to] = add(sums[to], sums[of] + values[:, start, end - start - 1])
        return sums
