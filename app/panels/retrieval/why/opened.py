"""An evaluation opened for Why: read in a thread, query by query."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.record.inspect import Document, Hit, Query, Record
from core.retrieval.why.inspect import Agreement, Reasons, Tag, agreement

if TYPE_CHECKING:
    from core.project.project import Project
    from core.project.records import RunRecord

KINDS = ("retrieval", "retrieval-compare", "retrieval-limit", "pooling-study")
"""Jobs whose results have a record."""
DEPTH = 100
"""Hits of two rankings that are compared."""


@dataclass(frozen=True)
class Listed:
    """An evaluation of the project that can be looked into."""

    run: int
    title: str


@dataclass(frozen=True)
class Asked:
    """A query, with what each system reached for it: system → measure → value."""

    id: str
    text: str
    relevant: int
    values: dict[str, dict[str, float]]

    def value(self, system: str, measure: str) -> float | None:
        return self.values.get(system, {}).get(measure)

    def difference(self, first: str, second: str, measure: str) -> float | None:
        a, b = self.value(first, measure), self.value(second, measure)
        return None if a is None or b is None else a - b


@dataclass(frozen=True)
class Evaluation:
    run: int
    request: dict[str, Any]
    record: Record
    result: EvaluationResult
    queries: tuple[Asked, ...]
    reasons: dict[str, Reasons] = field(default_factory=dict)
    """System → what went wrong with its answers; filled when first asked for."""

    @property
    def systems(self) -> list[str]:
        return [system.name for system in self.result.systems]

    @property
    def measures(self) -> list[str]:
        return list(self.result.systems[0].measures)


@dataclass(frozen=True)
class Found:
    """A hit with its text; None where that is not kept."""

    hit: Hit
    document: Document | None


@dataclass(frozen=True)
class Relevant:
    """A document judged relevant: its grade, and the rank that each of the two systems gave it."""

    id: str
    document: Document | None
    grade: int
    ranks: dict[str, int]

    def rank(self, system: str) -> int | None:
        return self.ranks.get(system)


@dataclass(frozen=True)
class Looked:
    """One query: both rankings from the top, and all relevant documents wherever they were found."""

    query: Asked
    rankings: dict[str, tuple[Found, ...]]
    relevant: tuple[Relevant, ...]
    tags: dict[str, tuple[Tag, ...]]
    """System → what may have gone wrong with its answer."""
    agreement: Agreement | None
    """Of the two rankings; None of one system."""


def evaluations(project: Project | None) -> list[Listed]:
    """The finished ones, newest first."""
    if project is None:
        return []
    return [
        Listed(run.id, f"run {run.id} · {run.title}")
        for run in project.runs()
        if run.kind in KINDS and run.status == "done"
    ]


def open_evaluation(project: Project, run_id: int) -> Evaluation:
    """Its figures and the texts of its queries.

    Raises:
        UserError: it has no record, or that is gone.
    """
    run: RunRecord = project.run(run_id)
    if run.result is None:
        raise UserError(f"Run {run_id} has no result yet.")
    result = EvaluationResult.model_validate(run.result)
    if result.out is None:
        raise UserError(f"Run {run_id} kept no record of its rankings: run it again to look into it.")
    record = Record(Path(result.out))
    places = {id: place for place, id in enumerate(result.queries)}
    queries = []
    for query in record.queries():
        place = places.get(query.id)
        values = {} if place is None else _values(result, place)
        queries.append(Asked(query.id, query.text, query.relevant, values))
    return Evaluation(run_id, run.request, record, result, tuple(queries))


def look(evaluation: Evaluation, query: Asked, first: str, second: str, most: int) -> Looked:
    """A query as two systems answered it, `most` hits of each."""
    record = evaluation.record
    both = tuple(dict.fromkeys(name for name in (first, second) if name))
    asked = Query(query.id, query.text, query.relevant)
    rankings = {
        name: tuple(Found(hit, record.document(hit.document)) for hit in record.hits(query.id, name, most))
        for name in both
    }
    relevant = [
        Relevant(id, record.document(id), grade, record.ranks(query.id, id))
        for id, grade in record.judged(query.id).items()
        if grade > 0
    ]

    def order(one: Relevant) -> tuple[int, int, str]:
        return (-one.grade, min((one.ranks.get(name, 10**9) for name in both), default=10**9), one.id)

    ids = [[hit.document for hit in record.hits(query.id, name, DEPTH)] for name in both]
    tags = {name: tuple(_reasons(evaluation, name).of(asked)) for name in both}
    alike = agreement(ids[0], ids[1]) if len(both) > 1 else None
    return Looked(query, rankings, tuple(sorted(relevant, key=order)), tags, alike)


def _reasons(evaluation: Evaluation, system: str) -> Reasons:
    return evaluation.reasons.setdefault(system, Reasons(evaluation.record, system))


def _values(result: EvaluationResult, place: int) -> dict[str, dict[str, float]]:
    return {
        system.name: {name: values[place] for name, values in system.per_query.items()}
        for system in result.systems
    }
