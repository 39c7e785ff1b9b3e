"""Two systems compared on the same queries, and all pairs of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.retrieval.result_parts import Comparison
from core.retrieval.significance.corrections import corrected
from core.retrieval.significance.resampling import Report, bootstrap_p, intervals, randomization_p, tukey_p

Floats = NDArray[np.float64]

TIE = 1e-9
"""Values of a query that differ by no more are a tie."""
EQUAL_SPREAD = 1e-12
"""Differences that spread no wider are all equal."""
TESTS = ("randomization", "t", "wilcoxon", "bootstrap")


@dataclass(frozen=True)
class PairedTest:
    """The first less the second, two-sided."""

    difference: float
    low: float
    high: float
    """The interval of 95 % of the difference, by bootstrap."""
    p: float
    effect: float | None
    """The mean difference over its standard deviation (Cohen's d_z); None where that is 0."""
    wins: int
    ties: int
    losses: int
    detectable: float | None
    """The smallest difference that so many queries can show with a power of 80 %: 2.8 standard errors."""

    @property
    def sign(self) -> float:
        """p of the sign test of wins and losses."""
        from scipy.stats import binomtest

        decided = self.wins + self.losses
        return float(binomtest(self.wins, decided).pvalue) if decided else 1.0


def compare(
    a: NDArray[np.floating], b: NDArray[np.floating], *, test: str = "randomization", seed: int = 0
) -> PairedTest:
    """`a` against `b`, (queries,) each, on the same queries.

    Args:
        test: ``randomization`` (Fisher and Pitman), ``t``, ``wilcoxon`` (without zero differences) or
            ``bootstrap`` (shifted).

    Raises:
        ValueError: there is no such test, or the queries are not as many.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"{first.shape} values cannot be paired with {second.shape}")
    return _tested((first - second)[:, None], test, seed, None)[0]


def comparisons(
    per_query: Mapping[str, Mapping[str, Floats]],
    test: str = "randomization",
    correction: str = "holm",
    seed: int = 0,
    report: Report | None = None,
) -> list[Comparison]:
    """All pairs of systems on all measures: the family that p is corrected for.

    Args:
        per_query: system → measure → (queries,), the queries the same in all.
        correction: one of `corrected`; or ``tukey``, which corrects for the pairs on each measure by itself.
        report: told how far it is, of how much.
    """
    pairs = list(combinations(per_query, 2))
    measures = list(next(iter(per_query.values()), {}))
    family = [(a, b, measure) for measure in measures for a, b in pairs]
    if not family:
        return []
    table = np.stack([per_query[a][name] - per_query[b][name] for a, b, name in family], axis=1)
    tests = _tested(table, test, seed, report)
    if correction == "tukey":
        adjusted = _tukey(per_query, measures, pairs, seed, report)
    else:
        adjusted = corrected([each.p for each in tests], correction)
    return [
        Comparison(
            a=a,
            b=b,
            measure=name,
            difference=each.difference,
            low=each.low,
            high=each.high,
            p=each.p,
            adjusted=fixed,
            effect=each.effect,
            wins=each.wins,
            losses=each.losses,
            ties=each.ties,
            detectable=each.detectable,
        )
        for (a, b, name), each, fixed in zip(family, tests, adjusted, strict=True)
    ]


def _tukey(
    per_query: Mapping[str, Mapping[str, Floats]],
    measures: list[str],
    pairs: list[tuple[str, str]],
    seed: int,
    report: Report | None,
) -> list[float]:
    found: list[float] = []
    for name in measures:
        table = np.stack([columns[name] for columns in per_query.values()], axis=1)
        apart = np.array([(per_query[a][name] - per_query[b][name]).mean() for a, b in pairs])
        found += tukey_p(table, apart, seed, report).tolist()
    return found


def _tested(table: Floats, test: str, seed: int, report: Report | None) -> list[PairedTest]:
    """One test for each column of (queries, columns) differences; the columns share their random draws."""
    queries, columns = table.shape
    if not queries:
        return [PairedTest(0.0, 0.0, 0.0, 1.0, None, 0, 0, 0, None)] * columns
    p = _p(table, test, seed, report)
    low, high = intervals(table, seed, report)
    mean = table.mean(axis=0)
    spread = table.std(axis=0, ddof=1) if queries > 1 else np.zeros(columns)
    wins, losses = (table > TIE).sum(axis=0), (table < -TIE).sum(axis=0)
    return [
        PairedTest(
            difference=float(mean[i]),
            low=float(low[i]),
            high=float(high[i]),
            p=float(p[i]),
            effect=float(mean[i] / spread[i]) if _varies(table[:, i]) else None,
            wins=int(wins[i]),
            ties=int(queries - wins[i] - losses[i]),
            losses=int(losses[i]),
            detectable=float(2.8 * spread[i] / np.sqrt(queries)) if queries > 1 else None,
        )
        for i in range(columns)
    ]


def _p(table: Floats, test: str, seed: int, report: Report | None) -> Floats:
    if test == "randomization":
        return randomization_p(table, seed, report)
    if test == "bootstrap":
        return bootstrap_p(table, seed, report)
    if test == "t":
        return np.array([_t(column) for column in table.T])
    if test == "wilcoxon":
        return np.array([_wilcoxon(column) for column in table.T])
    raise ValueError(f"there is no test {test!r}; there are {', '.join(TESTS)}")


def _t(differences: Floats) -> float:
    """All differences equal: p is 1 where they are 0, and 0 otherwise."""
    from scipy.stats import ttest_1samp

    if not _varies(differences):
        return 1.0 if abs(differences[:1].sum()) <= TIE or len(differences) < 2 else 0.0
    return float(ttest_1samp(differences, 0.0).pvalue)


def _wilcoxon(differences: Floats) -> float:
    from scipy.stats import wilcoxon

    decided = differences[np.abs(differences) > TIE]
    if not len(decided):
        return 1.0
    return float(wilcoxon(decided, zero_method="wilcox").pvalue)


def _varies(differences: Floats) -> bool:
    return len(differences) > 1 and float(np.ptp(differences)) > EQUAL_SPREAD
