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
        first, *others = self.systems
        found = f"{first.name} finds {first.measures[self.primary].value:.1%} ({self.primary})"
        rest = ", ".join(f"{each.name} {each.measures[self.primary].value:.1%}" for each in others[:3])
        return f"{found} of what single words tell apart{f'; {rest}' if rest else ''}."

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
