"""WEAT: are two sets of words associated with two sets of attributes? (Caliskan and others, Science 2017)"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb
from typing import NamedTuple

import numpy as np

from core.encoders.encoder import Floats
from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.kinds.kind import intrinsic_test
from core.retrieval.intrinsic.likeness import Values
from core.retrieval.intrinsic.result import IntrinsicFigure, Published, TestRow
from core.retrieval.intrinsic.tables import WordSets, read_word_sets

_ALL_SPLITS = 200_000
"""Up to so many ways to divide the words, all are tried."""
_DRAWN = 100_000
_AT_ONCE = 10_000
_FEWEST = 2
_EQUAL = 1e-12


class Association(NamedTuple):
    effect: float
    """The difference of the two means over the deviation of all words' values (n - 1)."""
    statistic: float
    p: float
    """One-sided: how many divisions of the words associate at least as much."""
    exact: bool


@intrinsic_test("weat", "WEAT")
def rows(bench: Bench) -> Iterator[TestRow]:
    for file in bench.request.weat:
        for sets in read_word_sets(file, field="weat"):
            yield _row(bench, sets)


def association(x: Floats, y: Floats, a: Floats, b: Floats, *, seed: int = 0) -> Association:
    """Of targets x and y (n, d) with attributes a and b, all of length 1."""
    targets = np.concatenate([x, y]).astype(np.float64)
    values = (targets @ a.T.astype(np.float64)).mean(axis=1) - (targets @ b.T.astype(np.float64)).mean(axis=1)
    first, second = values[: len(x)], values[len(x) :]
    spread = float(values.std(ddof=1))
    p, exact = _permuted(values, len(x), seed)
    return Association(
        effect=float(first.mean() - second.mean()) / spread if spread > _EQUAL else 0.0,
        statistic=float(first.sum() - second.sum()),
        p=p,
        exact=exact,
    )


def _permuted(values: Values, size: int, seed: int) -> tuple[float, bool]:
    """The share of divisions whose first part's sum is at least the one seen, and whether all were tried."""
    seen = values[:size].sum() - _EQUAL
    ways = comb(len(values), size)
    if ways <= _ALL_SPLITS:
        splits = combinations(range(len(values)), size)
        reached = 0
        while some := list(islice(splits, _AT_ONCE)):
            reached += int((values[np.array(some)].sum(axis=1) >= seen).sum())
        return reached / ways, True
    draw = np.random.default_rng(seed)
    reached = 0
    for _ in range(_DRAWN // _AT_ONCE):
        order = draw.random((_AT_ONCE, len(values))).argpartition(size - 1, axis=1)[:, :size]
        reached += int((values[order].sum(axis=1) >= seen).sum())
    return (reached + 1) / (_DRAWN + 1), False


def _row(bench: Bench, sets: WordSets) -> TestRow:
    lists = (sets.x, sets.y, sets.a, sets.b)
    encoded = bench.encode([word for words in lists for word in words], "Encoding words")
    kept = [[word for word in words if encoded.known[encoded.places[word]]] for words in lists]
    for words, known in zip(lists, kept, strict=True):
        for word in words:
            if word not in known:
                bench.tally.add("words of WEAT without a vector", word)
    used, count = sum(map(len, kept)), sum(map(len, lists))
    row = TestRow(test="weat", title="WEAT", data=sets.name, used=used, count=count, figures=[])
    if min(map(len, kept)) < _FEWEST:
        return row.model_copy(
            update={"notes": ["Fewer than two words of a set have a vector: not measured."]}
        )
    found = association(*(encoded.of(words) for words in kept), seed=bench.ctx.seed)
    return row.model_copy(
        update={
            "figures": [
                IntrinsicFigure(
                    name="effect size",
                    value=found.effect,
                    meaning="difference of the means in standard deviations (n - 1); positive: the first "
                    "targets are nearer to the first attributes",
                    published=_published(sets, "d"),
                ),
                IntrinsicFigure(
                    name="p",
                    value=found.p,
                    meaning="one-sided, "
                    + (
                        "over all divisions of the words"
                        if found.exact
                        else f"over {_DRAWN:,} drawn divisions"
                    ),
                    published=_published(sets, "p"),
                ),
            ]
        }
    )


def _published(sets: WordSets, key: str) -> list[Published]:
    said = sets.published
    if not said.get(key):
        return []
    people = f"people (N = {said['N']})" if said.get("N") else "people"
    return [Published(who=people, value=said[key], source=said.get("Ref", ""))]
