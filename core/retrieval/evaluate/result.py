"""What an evaluation tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.result_parts import Comparison, Costs, Figure, Skipped


class SystemFigures(BaseModel):
    """One system on all queries."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Unique in the result."""
    line: str
    kind: str
    measures: dict[str, Figure]
    costs: Costs = Field(default_factory=Costs)
    per_query: dict[str, list[float]] = Field(default_factory=dict)
    """Measure → value of each query, in the order of `queries`."""
    notes: list[str] = Field(default_factory=list)
    """What its kind tells: a prompt found, recall against exact search."""


class EvaluationResult(Result):
    """Of ``retrieval run`` and ``retrieval compare`` alike: the panel shows both with the same cards."""

    out: str | None = None
    """The folder with ``NAME.run`` of each system and ``record.sqlite`` (`core.retrieval.record.inspect`)."""
    collection: str
    """Its name."""
    documents: int = 0
    queries: list[str]
    """The ids of the queries that are averaged over."""
    judgements: int = 0
    primary: str
    """The first measure asked for: what the sentence speaks of."""
    systems: list[SystemFigures]
    """In the order asked for."""
    comparisons: list[Comparison] = Field(default_factory=list)
    """All pairs of systems on all measures."""
    test: str = ""
    correction: str = ""
    family: int = 0
    """How many comparisons were corrected for."""
    skipped: list[Skipped] = Field(default_factory=list)
    unanswerable: int = 0
    """Queries with judgements and no relevant document: they count 0."""

    @property
    def encode_seconds(self) -> float:
        return sum(system.costs.encode_seconds for system in self.systems)

    def summary(self) -> str:
        ranked = self.ranked()
        best = ranked[0]
        value = best.measures[self.primary].value
        if len(ranked) == 1:
            return f"{best.name} has {self.primary} {value:.3f} on {self.collection}."
        second = ranked[1]
        found = self.between(best.name, second.name, self.primary)
        if found is None or found.adjusted >= 0.05:
            p = "" if found is None else f" (p = {_p(found.adjusted)})"
            return (
                f"{best.name} and {second.name} are not told apart on {self.primary}: {value:.3f} and "
                f"{second.measures[self.primary].value:.3f}{p}."
            )
        return (
            f"{best.name} beats {second.name} on {self.primary} by {abs(found.difference):.3f} "
            f"(p = {_p(found.adjusted)})."
        )

    def ranked(self, measure: str | None = None) -> list[SystemFigures]:
        """The systems, best first."""
        chosen = measure or self.primary
        return sorted(self.systems, key=lambda system: -system.measures[chosen].value)

    def between(self, a: str, b: str, measure: str) -> Comparison | None:
        """The comparison of two systems, whichever comes first in it."""
        for found in self.comparisons:
            if found.measure == measure and {found.a, found.b} == {a, b}:
                return found
        return None

    def metrics(self) -> list[Metric]:
        return [
            Metric(name=name, value=figure.value, slice=system.name)
            for system in self.systems
            for name, figure in system.measures.items()
        ]

    def headline(self) -> Metric | None:
        best = self.ranked()[0]
        return Metric(name=self.primary, value=best.measures[self.primary].value, slice=best.name)

    def tables(self) -> list[Table]:
        names = list(self.systems[0].measures)
        head = ["system", *names, "encode s", "search s", "index bytes"]
        rows = [
            [
                system.name,
                *(_shown(system.measures[name]) for name in names),
                round(system.costs.encode_seconds, 2),
                round(system.costs.search_seconds, 3),
                system.costs.index_bytes,
            ]
            for system in self.systems
        ]
        tables = [Table(head, rows)]
        if self.comparisons:
            compared = [
                [f"{c.a} − {c.b}", c.measure, f"{c.difference:+.4f} [{c.low:+.4f}, {c.high:+.4f}]",
                 _p(c.p), _p(c.adjusted), f"{c.wins}/{c.ties}/{c.losses}"]
                for c in self.comparisons
            ]  # fmt: skip
            tables.append(Table(["difference", "measure", "mean", "p", "p adjusted", "W/T/L"], compared))
        return tables


def _shown(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.4f}"
    return f"{figure.value:.4f} [{figure.low:.4f}, {figure.high:.4f}]"


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}" if value < 0.01 else f"{value:.3f}"
