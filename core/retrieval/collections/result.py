"""What the making of a collection has brought."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.result_parts import Skipped


class Example(BaseModel):
    """A query and the beginning of a document that answers it; of a document alone, without query."""

    model_config = ConfigDict(frozen=True)

    query: str = ""
    document: str
    title: str = ""
    text: str


class CollectionResult(Result):
    out: str
    """The collection's folder."""
    name: str
    format: str
    """Of what it was made, in words."""
    columns: dict[str, str] = Field(default_factory=dict)
    """What for → which column, of a table."""
    documents: int
    queries: int
    """Those that are asked: with judgements, where there are any."""
    judgements: int
    made: dict[str, int] = Field(default_factory=dict)
    """Builder's line → queries that it made."""
    skipped: list[Skipped] = Field(default_factory=list)
    examples: list[Example] = Field(default_factory=list)

    @property
    def measurable(self) -> bool:
        return self.judgements > 0

    def summary(self) -> str:
        parts = [_count(self.documents, "document")]
        if self.queries:
            parts.append(_count(self.queries, "query", "queries"))
        if self.judgements:
            parts.append(_count(self.judgements, "judgement"))
        said = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
        if not self.queries:
            return f"{said}; no queries yet."
        return f"{said}." if self.measurable else f"{said}, without judgements."

    def skipped_in_words(self) -> str:
        """How many records were left out or mended; empty where none was."""
        count = sum(found.count for found in self.skipped)
        return f"{count:,} {'note' if count == 1 else 'notes'} on single records." if count else ""

    def metrics(self) -> list[Metric]:
        return [
            Metric(name=name, value=value)
            for name, value in (
                ("documents", self.documents),
                ("queries", self.queries),
                ("judgements", self.judgements),
            )
        ]

    def headline(self) -> Metric | None:
        return Metric(name="documents", value=self.documents)

    def tables(self) -> list[Table]:
        tables = []
        if self.columns:
            tables.append(
                Table(["what for", "column"], [[what, name] for what, name in self.columns.items()])
            )
        if self.skipped:
            rows = [[found.count, found.what, "; ".join(found.places[:3])] for found in self.skipped]
            tables.append(Table(["count", "what", "where first"], rows))
        if self.made:
            tables.append(
                Table(["made queries", "count"], [[line, count] for line, count in self.made.items()])
            )
        return tables or [
            Table(["documents", "queries", "judgements"], [[self.documents, self.queries, self.judgements]])
        ]


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
