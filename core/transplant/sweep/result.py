"""What a sweep tells: a leader board, and which of its differences are real."""

from __future__ import annotations

import statistics
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.transplant.result import Kept

WHOLE = "all"
"""The slice that is the whole text."""
Measure = Literal["bits per byte", "nDCG@10", "Spearman", "similarity kept", "cosine"]
"""What rows are ranked by: on texts the first; of an encoder, whichever of the next three was measured first
in this order; where nothing was measured, the cosine on hidden anchors."""


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class LeftOut(_Figures):
    """What was not run: a candidate by its line, or a method of ``all``."""

    line: str
    title: str
    reason: str


class SweepRow(_Figures):
    """One candidate. Of a method that draws at random, figures are means over `seeds`.

    `rank` counts from 1; None where it failed, and `error` says why.
    """

    method: str
    title: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    head_method: str | None = None
    line: str
    """As it can be asked for again: ``omp k=16``, ``procrustes / mean``."""
    seed: int
    """The first of `seeds`: the one that is kept."""
    seeds: list[int]
    rank: int | None = None
    bits_per_byte: dict[str, float] = Field(default_factory=dict)
    spread: float | None = None
    """Standard deviation over the seeds of what ranks."""
    interval: tuple[float, float] | None = Field(
        default=None,
        description="95 % of what ranks minus the base's, by resampling blocks of the text, or queries.",
    )
    behind: tuple[float, float] | None = Field(
        default=None,
        description="95 % of what ranks minus the best row's, on the same resampled ones.",
    )
    like_best: bool = False
    """Whether it cannot be told apart from the best: its interval holds 0."""
    added_copied: float | None = None
    """Bits per byte of the whole text that copied tokens cost more than the base needs for their bytes."""
    added_approximated: float | None = None
    """The same of tokens whose rows were made; together they are what the transplant costs."""
    kept: list[Kept] = Field(default_factory=list)
    mean_residual: float | None = None
    anchor_cosine: float | None = None
    """Mean cosine between rows of hidden anchors as the method makes them and their true rows."""
    seconds: float = 0.0
    """To make the rows and to measure them, for one seed. Work that rows share is counted once, at the first
    that needs it."""
    error: str = ""

    def figure(self, measure: Measure) -> float | None:
        """What ranks it; None where it failed or was not measured."""
        if measure == "bits per byte":
            return self.bits_per_byte.get(WHOLE)
        if measure == "cosine":
            return self.anchor_cosine
        found = [kept.after for kept in self.kept if kept.name == measure]
        return statistics.fmean(found) if found else None


class SweepResult(Result):
    base: str
    target: str
    donor: str | None = None
    out: str | None = None
    """The model that was kept."""
    measure: Measure = "bits per byte"
    before: dict[str, float] = Field(
        default_factory=dict, description="Slice (an encoder has only ``all``) → the base's own figure."
    )
    bytes: dict[str, int] = Field(default_factory=dict, description="How much of each slice was measured.")
    vocab_size: int = 0
    matched: int = 0
    approximated: int = 0
    anchors: int | None = None
    rows: list[SweepRow] = Field(default_factory=list)
    """The best first; failed ones last."""
    left_out: list[LeftOut] = Field(default_factory=list)

    @property
    def best(self) -> SweepRow | None:
        return self.rows[0] if self.rows and self.rows[0].rank == 1 else None

    def summary(self) -> str:
        """``omp k=16 is best: 3.530 bits per byte; ridge cannot be told apart from it. Behind: fvt, …``"""
        best = self.best
        if best is None:
            return "No method could be run." if self.rows else "Nothing was run."
        figure = best.figure(self.measure)
        said = f"{best.line} is best of {_count(self.rows)}"
        if figure is not None:
            said += f": {_figure(figure, self.measure)}"
        if WHOLE in self.before:
            said += f" ({_short(self.before[WHOLE], self.measure)} before)"
        ranked = [row for row in self.rows[1:] if row.rank is not None]
        if not ranked:
            return f"{said}."
        alike = [row.line for row in ranked if row.like_best]
        next_one = next((row for row in ranked if not row.like_best), None)
        if next_one is not None:
            behind = next_one.figure(self.measure)
            ahead = f"{next_one.line}" + ("" if behind is None else f" ({_short(behind, self.measure)})")
            said += f", ahead of {ahead}"
        if alike:
            said += f"; {_listed(alike)} cannot be told apart from it"
        return f"{said}."

    def metrics(self) -> list[Metric]:
        name = _name(self.measure)
        found = [
            Metric(name=f"{name} before", value=value, slice=slice)
            for slice, value in self.before.items()
            if slice == WHOLE
        ]
        for row in self.rows:
            value = row.figure(self.measure)
            if value is not None:
                found.append(Metric(name=name, value=value, slice=row.line))
        return found

    def headline(self) -> Metric | None:
        best = self.best
        value = None if best is None else best.figure(self.measure)
        if best is None or value is None:
            return None
        name = _name(self.measure)
        return Metric(name=f"best {name}", value=value, slice=best.line)

    def tables(self) -> list[Table]:
        """The leader board; what failed or was left out under it."""
        columns = [column for column in self._columns() if any(cell is not None for cell in column[1:])]
        found = []
        if self.best is not None:
            lines = [list(line) for line in zip(*(column[1:] for column in columns), strict=True)]
            found.append(Table([column[0] for column in columns], lines))
        missing = [[row.line, row.error] for row in self.rows if row.rank is None]
        missing += [[left.line, left.reason] for left in self.left_out]
        if missing:
            found.append(Table(["not run", "why"], missing))
        return found

    def _columns(self) -> list[list[Any]]:
        ranked = [row for row in self.rows if row.rank is not None]
        many = len(self.before) > 2
        slices = [name for name in self.before if name != WHOLE] if many else []
        kept = list(dict.fromkeys((kept.name, kept.on) for row in ranked for kept in row.kept))
        return [
            ["", *(row.rank for row in ranked)],
            ["method", *(row.line for row in ranked)],
            ["seeds", *(len(row.seeds) if len(row.seeds) > 1 else None for row in ranked)],
            ["bits per byte", *(_places(row.bits_per_byte.get(WHOLE), 4) for row in ranked)],
            ["± seeds", *(_places(row.spread, 4) for row in ranked)],
            ["95 % over base", *(_interval(row.interval) for row in ranked)],
            ["95 % behind best", *(_interval(row.behind) for row in ranked)],
            ["like best", *("yes" if row.like_best else "" if row.behind else None for row in ranked)],
            *([name, *(_places(row.bits_per_byte.get(name), 3) for row in ranked)] for name in slices),
            *([f"{name} {on}", *(_places(_of(row, name, on), 4) for row in ranked)] for name, on in kept),
            ["by copied", *(_places(row.added_copied, 3, sign=True) for row in ranked)],
            ["by made", *(_places(row.added_approximated, 3, sign=True) for row in ranked)],
            ["residual", *(_places(row.mean_residual, 3) for row in ranked)],
            ["cosine", *(_places(row.anchor_cosine, 3) for row in ranked)],
            ["seconds", *(f"{row.seconds:.1f}" for row in ranked)],
        ]


def _of(row: SweepRow, name: str, on: str) -> float | None:
    return next((kept.after for kept in row.kept if (kept.name, kept.on) == (name, on)), None)


def _count(rows: list[SweepRow]) -> int:
    return sum(row.rank is not None for row in rows)


def _figure(value: float, measure: Measure) -> str:
    words = "mean cosine on hidden anchors" if measure == "cosine" else measure
    return f"{_short(value, measure)} {words}"


def _short(value: float, measure: Measure) -> str:
    return f"{value:.3f}" if measure in ("bits per byte", "cosine") else f"{value:.4f}"


def _name(measure: Measure) -> str:
    return "anchor cosine" if measure == "cosine" else measure


def _listed(lines: list[str]) -> str:
    shown = lines[:3]
    if len(lines) > 3:
        return f"{', '.join(shown)} and {len(lines) - 3} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _places(value: float | None, digits: int, *, sign: bool = False) -> str | None:
    return None if value is None else f"{value:{'+' if sign else ''}.{digits}f}"


def _interval(given: tuple[float, float] | None) -> str | None:
    return None if given is None else f"{given[0]:+.3f} … {given[1]:+.3f}"
