"""What a LIMIT test tells: an evaluation, what the collection is like, and the paper's figures."""

from __future__ import annotations

from pydantic import Field

from core.jobs.request import Table
from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.limit.published import Published


class LimitResult(EvaluationResult):
    pattern: str | None = None
    """None: the collection was given."""
    relevant: float = 0.0
    """Documents relevant to a query, in the mean."""
    used: int = 0
    """Documents that are relevant to some query."""
    density: float = 0.0
    """Of all pairs of these, the share that are relevant to the same query; 0.966 in the paper's."""
    words: float = 0.0
    """What TF-IDF over whole attributes finds: 1, or the collection is not what it should be."""
    published: list[Published] = Field(default_factory=list)

    def summary(self) -> str:
        best = self.ranked()[0]
        value = best.measures[self.primary].value
        said = f"{best.name} finds {value:.1%} ({self.primary}) of a collection that single words solve"
        others = self.ranked()[1:]
        if not others:
            return f"{said}."
        rest = ", ".join(f"{system.name} {system.measures[self.primary].value:.1%}" for system in others[:3])
        return f"{said}; {rest}."

    def tables(self) -> list[Table]:
        facts = Table(
            ["pattern", "documents", "of them relevant", "queries", "density", "TF-IDF over attributes"],
            [[
                self.pattern or "as given",
                self.documents,
                self.used,
                len(self.queries),
                round(self.density, 3),
                f"{self.words:.1%}",
            ]],
        )  # fmt: skip
        paper = Table(
            ["in the paper (arXiv 2508.21038)", "measure", "figure", "conditions"],
            [[each.who, each.measure, each.figure, each.conditions] for each in self.published],
        )
        return [*super().tables(), facts, paper]
