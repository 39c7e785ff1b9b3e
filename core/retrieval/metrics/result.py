"""What measuring finished rankings tells."""

from __future__ import annotations

from pydantic import Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.result_parts import Skipped


class MetricsResult(Result):
    """`mean`, `answerable` and `per_query` are those of the run where there is one, and by the runs' names
    where there are several. Measures are called as they were asked for."""

    runs: list[str]
    measures: list[str]
    judged: int
    """Queries with judgements."""
    unanswerable: int
    """Of these, those without a relevant document; they count 0."""
    queries: dict[str, int]
    """Run → how many queries its means are over."""
    missing: dict[str, int]
    """Run → queries with judgements for which it has no hits."""
    ignored: dict[str, int]
    """Run → queries for which it has hits, and nobody judgements."""
    mean: dict[str, float | dict[str, float]]
    """Measure → its mean; counts are summed, ``gm_map`` and ``gm_bpref`` have geometric means."""
    answerable: dict[str, float | dict[str, float]]
    """The same over the queries with a relevant document."""
    per_query: dict[str, dict[str, float | str | dict[str, float | str]]] = Field(default_factory=dict)
    """Query → measure → value, where asked for."""
    skipped: list[Skipped] = Field(default_factory=list)

    def of(self, run: str) -> dict[str, float]:
        """Measure → mean of one run."""
        found = self.mean if len(self.runs) == 1 else self.mean[run]
        assert isinstance(found, dict)
        return {name: value for name, value in found.items() if isinstance(value, float)}

    def summary(self) -> str:
        measured = self.of(self.runs[0])
        if not measured:
            return f"{self.runs[0]} on {self.judged} queries."
        name = next(iter(measured))
        best = max(self.runs, key=lambda run: self.of(run)[name])
        value = f"{name} {self.of(best)[name]:.4f}"
        return f"{best} has {value} on {self.queries[best]:,} queries."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name=name, value=value, slice=run if len(self.runs) > 1 else None)
            for run in self.runs
            for name, value in self.of(run).items()
        ]

    def headline(self) -> Metric | None:
        return next(iter(self.metrics()), None)

    def tables(self) -> list[Table]:
        names = list(self.of(self.runs[0]))
        rows = [[name, *(_shown(self.of(run)[name]) for run in self.runs)] for name in names]
        tables = [Table(["measure", *self.runs], rows)]
        if self.per_query and len(self.runs) == 1:
            asked = list(next(iter(self.per_query.values())))
            tables.append(
                Table(
                    ["query", *asked],
                    [
                        [query, *(_shown(found[name]) for name in asked)]
                        for query, found in self.per_query.items()
                    ],
                )
            )
        return tables


def _shown(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
