"""Which words of two parallel texts translate each other: IBM's models by expectation maximisation.

Each word of the one text stems from a word of the other text's same line, or from none; which, is a matter of
what it is (Model 1: Brown and others, 1993) and, after the first rounds, of where it stands: words near the
diagonal are likelier (Model 2 with the one-parameter prior of Dyer, Chahuneau and Smith, 2013). The counts
that are given are expected ones, of whole words' fractions, not of the likeliest alignment alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context

_NOTHING = 0.08
"""How likely a word stems from none."""
_TENSION = 4.0
"""How much likelier a word at the same place of the line is: e^-4 from one end to the other."""
_WITHOUT_PLACES = 2
"""Rounds of Model 1 before places matter."""
_PRIOR = 0.01
"""Counted beforehand for each pair of words, so that rare words do not attract all that is left over."""
_ENTRIES = 1_000_000
"""Pairs of places that are worked at once."""

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Aligned:
    """Pairs of words that stand in the same lines: `words` and `sources` (n,) int64, and how often the one
    translates the other, `counts` (n,) float64.
    """

    words: Ids
    sources: Ids
    counts: NDArray[np.float64]


def align_words(
    lines: Sequence[Ids],
    source_lines: Sequence[Ids],
    rounds: int,
    ctx: Context,
    stage: str = "Aligning words",
) -> Aligned:
    """Align each line of `lines` with the same of `source_lines`; words are ids from 0 on."""
    nothing = 1 + max((int(line.max()) for line in source_lines if len(line)), default=0)
    width = nothing + 1
    sizes = np.array([(len(a), len(b)) for a, b in zip(lines, source_lines, strict=True)]).reshape(-1, 2)
    blocks = list(_blocks(sizes))

    def entries(block: slice) -> _Entries:
        return _entries(lines[block], source_lines[block], nothing, width)

    keys: Ids = np.empty(0, dtype=np.int64)
    for done, block in enumerate(blocks):
        ctx.progress(done, len(blocks), "Pairing words")
        keys = np.union1d(keys, entries(block).keys)
    chances = np.ones(len(keys))
    counts = np.zeros(len(keys))
    for number in range(rounds):
        counts = np.zeros(len(keys))
        for done, block in enumerate(blocks):
            ctx.progress(number * len(blocks) + done, rounds * len(blocks), stage)
            some = entries(block)
            at = np.searchsorted(keys, some.keys)
            likely = chances[at] * (some.near if number >= _WITHOUT_PLACES else some.anywhere)
            likely /= np.repeat(np.add.reduceat(likely, some.starts), some.widths)
            counts += np.bincount(at, likely, minlength=len(keys))
        totals = np.bincount(keys % width, counts + _PRIOR, minlength=width)
        chances = (counts + _PRIOR) / totals[keys % width]
    there = keys % width != nothing
    return Aligned(keys[there] // width, keys[there] % width, counts[there])


@dataclass(frozen=True)
class _Entries:
    """All pairs of places in some lines. Those of one word are together: they begin at `starts` (w,), and are
    `widths` (w,). `keys`, and how likely each is by its place alone: (n,).
    """

    keys: Ids
    starts: Ids
    widths: Ids
    anywhere: NDArray[np.float64]
    near: NDArray[np.float64]


def _entries(lines: Sequence[Ids], source_lines: Sequence[Ids], nothing: int, width: int) -> _Entries:
    lengths = np.array([len(line) for line in lines])
    source_lengths = np.array([len(line) for line in source_lines])
    words = np.concatenate(lines)
    sources = np.concatenate([np.concatenate([[nothing], line]) for line in source_lines])
    source_starts = np.concatenate([[0], np.cumsum(source_lengths + 1)[:-1]])
    line_of = np.repeat(np.arange(len(lines)), lengths)
    widths = source_lengths[line_of] + 1
    starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
    word_of = np.repeat(np.arange(len(words)), widths)
    place = np.arange(len(word_of)) - starts[word_of]
    keys = words[word_of] * width + sources[source_starts[line_of[word_of]] + place]
    none = place == 0
    many = source_lengths[line_of[word_of]]
    anywhere = np.where(none, _NOTHING, (1 - _NOTHING) / many)
    first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    own = (np.arange(len(words)) - first[line_of] + 0.5) / lengths[line_of]
    near = np.where(none, 0.0, np.exp(-_TENSION * np.abs((place - 0.5) / many - own[word_of])))
    sums = np.repeat(np.add.reduceat(near, starts), widths)
    return _Entries(keys, starts, widths, anywhere, np.where(none, _NOTHING, (1 - _NOTHING) * near / sums))


def _blocks(sizes: Ids) -> Iterator[slice]:
    """Lines that are worked together."""
    first, entries = 0, 0
    for line, (words, sources) in enumerate(sizes.tolist()):
        entries += words * (sources + 1)
        if entries >= _ENTRIES:
            yield slice(first, line + 1)
            first, entries = line + 1, 0
    if first < len(sizes):
        yield slice(first, len(sizes))
