"""What a search for critical numbers of documents tells."""

from __future__ import annotations

from statistics import fmean

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.critical.paper import FIT, FITTED, WIDTHS, cubic


class Trial(BaseModel):
    """One number of documents tried."""

    model_config = ConfigDict(frozen=True)

    n: int
    solved: bool
    accuracy: float
    """Share of the relevant documents that are among the k nearest of their queries."""
    loss: float
    steps: int
    seconds: float


class CriticalPoint(BaseModel):
    model_config = ConfigDict(frozen=True)

    dimensions: int
    seed: int
    n: int
    """The largest number of documents that was solved."""
    trials: list[Trial]
    """By n. Solving is not monotone in n."""


class Cubic(BaseModel):
    """A cubic through critical n, least squares."""

    model_config = ConfigDict(frozen=True)

    coefficients: tuple[float, float, float, float]
    """Constant first."""
    r2: float
    low: int
    high: int
    """The widths it was fitted on."""

    def at(self, width: float) -> float:
        return cubic(self.coefficients, width)


class CriticalResult(Result):
    k: int
    search: str
    points: list[CriticalPoint]
    """By width, then by seed."""
    fit: Cubic | None = None
    """Our own, where at least five widths from 4 on were searched."""
    tried: int = 0
    """Trials made now."""
    kept: int = 0
    """Trials known from earlier runs."""
    settings: dict[str, float] = Field(default_factory=dict)

    def widths(self) -> list[int]:
        return sorted({point.dimensions for point in self.points})

    def at(self, width: int) -> list[CriticalPoint]:
        return [point for point in self.points if point.dimensions == width]

    def mean(self, width: int) -> float:
        """Over the seeds."""
        return fmean(point.n for point in self.at(width))

    def paper(self, width: int) -> float | None:
        """What the paper's fit gives for `width`; it is for pairs, and for widths from 4 on."""
        return cubic(FIT, width) if self.k == 2 and width >= FITTED[0] else None

    def extended(self) -> list[tuple[int, float | None, float]]:
        """Width of a usual model, our fit, and the paper's, extended to it."""
        return [(width, self.fit.at(width) if self.fit else None, cubic(FIT, width)) for width in WIDTHS]

    def summary(self) -> str:
        width = self.widths()[-1]
        what = {2: "pairs", 3: "triples"}.get(self.k, f"sets of {self.k}")
        said = f"{width} dimensions can hold all {what} of {_number(self.mean(width))} documents"
        paper = self.paper(width)
        return f"{said}; the paper's fit gives {paper:.1f}." if paper is not None else f"{said}."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name="critical n", value=self.mean(width), slice=f"d = {width}") for width in self.widths()
        ]

    def headline(self) -> Metric | None:
        return self.metrics()[-1]

    def tables(self) -> list[Table]:
        rows = []
        for width in self.widths():
            points, paper = self.at(width), self.paper(width)
            own = self.fit.at(width) if self.fit else None
            rows.append(
                [
                    width,
                    " ".join(str(point.n) for point in points),
                    None if paper is None else round(paper, 1),
                    None if own is None or self.fit is None or width < self.fit.low else round(own, 1),
                    sum(len(point.trials) for point in points),
                    round(sum(trial.seconds for point in points for trial in point.trials), 1),
                ]
            )
        tables = [Table(["dimensions", "critical n", "paper's fit", "our fit", "trials", "seconds"], rows)]
        if self.k == 2:
            extended = [
                [width, None if own is None else f"{own:,.0f}", f"{paper:,.0f}"]
                for width, own, paper in self.extended()
            ]
            tables.append(Table(["dimensions", "our fit, extended", "paper's fit, extended"], extended))
        return tables


def _number(value: float) -> str:
    return f"{value:.0f}" if value.is_integer() else f"{value:.1f}"
