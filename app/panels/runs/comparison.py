"""Runs side by side: what they asked for where that differs, and their figures with the difference."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.figures import MISSING, decimals, fixed
from app.panels.runs.asked import ABSENT, Field, fields_of, kind_title
from core.project.records import MetricRecord, RunRecord

Verdict = Literal["", "better", "worse"]

_LOWER_IS_BETTER = (
    "bits per byte", "loss", "perplexity", "mean residual", "residual", "fertility", "parity", "unknown",
)  # fmt: skip
_HIGHER_IS_BETTER = (
    "ndcg", "recall", "precision", "map", "mrr", "ap", "accuracy", "bytes per token", "tokens saved",
)  # fmt: skip
"""Beginnings of measures' names, in lower case."""


@dataclass(frozen=True)
class Line:
    """One thing that is compared; `values`, `texts` and `tips` have one entry a run, None for *not there*.

    `metric` is its name and slice, for a line that can be plotted.
    """

    title: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    tips: tuple[str, ...]
    difference: str = ""
    raw_difference: float | None = None
    verdict: Verdict = ""
    metric: tuple[str, str | None] | None = None

    @property
    def differs(self) -> bool:
        first, *others = self.values
        return any(not _same(first, other) for other in others)


def compare(runs: Sequence[RunRecord], metrics: Iterable[MetricRecord]) -> list[Line]:
    """Every line, equal or not: what was asked for first, then the figures, then time and memory.

    Args:
        runs: whole records, in the order of the columns.
        metrics: the figures of all of them.
    """
    lines = [
        _plain("what", [run.title for run in runs]),
        _plain("kind", [kind_title(run.kind) for run in runs]),
    ]
    asked = [{field.name: field for field in fields_of(run)} for run in runs]
    for name in dict.fromkeys(name for fields in asked for name in fields):
        lines.append(_asked([fields.get(name, ABSENT) for fields in asked]))
    lines.append(_plain("state", [run.status for run in runs]))

    figures: dict[tuple[str, str | None], dict[int, float]] = {}
    for metric in metrics:
        figures.setdefault((metric.name, metric.slice), {})[metric.run] = metric.value
    for (name, part), values in figures.items():
        title = f"{name}, {part}" if part else name
        lines.append(_figure(title, [values.get(run.id) for run in runs], (name, part)))
    lines.append(_figure("took, s", [run.seconds for run in runs], ("took, s", None), most_places=1))
    memory = [(run.result or {}).get("peak_memory_bytes") for run in runs]
    if any(memory):
        megabytes = [round(amount / 1e6, 1) if amount else None for amount in memory]
        lines.append(_figure("peak memory, MB", megabytes, ("peak memory, MB", None)))
    return lines


def title_of(ids: Sequence[int]) -> str:
    if len(ids) == 2:
        return f"Run {ids[0]} against run {ids[1]}"
    if len(ids) > 6:
        return f"{len(ids)} runs side by side"
    return f"Runs {', '.join(map(str, ids[:-1]))} and {ids[-1]} side by side"


def better(name: str) -> Literal["lower", "higher", ""]:
    """Which way a measure is better, where that is known by its name."""
    folded = name.casefold()
    if folded.startswith(_LOWER_IS_BETTER):
        return "lower"
    return "higher" if folded.startswith(_HIGHER_IS_BETTER) else ""


def _plain(title: str, values: list[str]) -> Line:
    return Line(title, tuple(values), tuple(values), tuple("" for _ in values))


def _asked(fields: list[Field]) -> Line:
    title = next(field.title for field in fields if field.title)
    shown = [field.text for field in fields]
    wholes = [field.whole for field in fields]
    if len(set(shown)) < len(set(wholes)):  # two files of one name: their folders tell them apart
        shown = [field.whole.replace("\n", ", ") or MISSING for field in fields]
    values = tuple(field.value if field is not ABSENT else ABSENT for field in fields)
    return Line(title, values, tuple(shown), tuple(wholes))


def _figure(
    title: str, values: list[float | None], metric: tuple[str, str | None], *, most_places: int = 6
) -> Line:
    there = [value for value in values if value is not None]
    places = min(decimals(there), most_places)
    line = Line(
        title,
        tuple(values),
        tuple(fixed(value, places) for value in values),
        tuple("" if value is None else repr(value) for value in values),
        metric=metric,
    )
    if len(there) != len(values) or not all(map(math.isfinite, there)):
        return line
    if len(values) > 2:
        spread = max(there) - min(there)
        return _with_difference(line, spread, fixed(spread, places), "")
    change = there[1] - there[0]
    text = fixed(change, places, signed=True)
    return _with_difference(line, change, text, _verdict(metric[0], change) if text[0] in "+−" else "")


def _with_difference(line: Line, value: float, text: str, verdict: Verdict) -> Line:
    return Line(line.title, line.values, line.texts, line.tips, text, value, verdict, line.metric)


def _verdict(name: str, change: float) -> Verdict:
    direction = better(name)
    if not direction or not change:
        return ""
    return "better" if (change < 0) == (direction == "lower") else "worse"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    return bool(one == other)
