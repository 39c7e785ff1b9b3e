"""What a trial of compression tells."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table
from core.retrieval.result_parts import Comparison, Figure, Skipped

_KEPT = 0.9
"""The share of the measure that the smallest code spoken of has to keep."""
_PARTS = {2: "half", 4: "a quarter", 8: "an eighth"}


class CodecFigures(BaseModel):
    """One code of all vectors. Seconds and queries a second are of this machine."""

    model_config = ConfigDict(frozen=True)

    line: str
    title: str
    family: str
    bytes: int
    """Of the file that it is saved in, with all that was learned."""
    shared_bytes: int = 0
    """Of these, what does not grow with the documents: codebooks, directions, ranges."""
    bytes_per_document: float
    """`bytes` by the number of documents."""
    ratio: float
    """Of `bytes` to those of float32."""
    fit_seconds: float = 0.0
    """To learn codebooks or ranges, once."""
    encode_seconds_per_million: float = 0.0
    """Seconds for a million documents, learning left out."""
    queries_per_second_one: float = 0.0
    """One query at a time."""
    queries_per_second_all: float = 0.0
    """All at once."""
    recall_10: float
    """The share of the 10 nearest in float32 that are among its 10 nearest."""
    recall_100: float | None = None
    """The same of 100; None where fewer are ranked."""
    measures: dict[str, Figure]
    differences: dict[str, Comparison] = Field(default_factory=dict)
    """Measure → this code less float32."""
    rank_change: float | None = None
    """By how many ranks a relevant document falls in the middle (median), of those that float32 ranks; what
    is no longer ranked counts as just after the last. Below 0 it rises."""
    lost: float | None = None
    """The share of those relevant documents that are no longer ranked."""
    squared_error: float = 0.0
    """The mean of the squared difference between the vectors and what they decode to, over all numbers."""
    diagnostics: dict[str, float] = Field(default_factory=dict)
    """``perplexity`` of codebooks (how many codewords are in use, so to speak), the share of ``dead`` ones,
    the share of parts ``kept``."""
    frontier: bool = False
    """No other has at least its value of the primary measure in fewer bytes, or more in as many."""

    def is_worse(self, measure: str) -> bool:
        """Whether a loss was seen: the interval of the difference lies below 0. Not by the corrected p: the
        more codes are tried, the more losses that would pass over."""
        found = self.differences.get(measure)
        return found is not None and found.high < 0


def frontier(rows: Sequence[CodecFigures], measure: str) -> set[str]:
    """The lines of those that no other is better than: at least as good in fewer bytes, or better in as
    many."""

    def beaten(row: CodecFigures) -> bool:
        own = (row.bytes, -row.measures[measure].value)
        others = [(other.bytes, -other.measures[measure].value) for other in rows]
        return any(size <= own[0] and loss <= own[1] and (size, loss) != own for size, loss in others)

    return {row.line for row in rows if not beaten(row)}


class Refused(BaseModel):
    """A code that these vectors cannot be put into, and why."""

    model_config = ConfigDict(frozen=True)

    line: str
    reason: str


class CompressResult(Result):
    collection: str
    encoder: str
    """Its name, for a person."""
    encoder_line: str
    """As it is asked for in a line: a dense system."""
    documents: int
    queries: int
    width: int
    k: int
    primary: str
    """The first measure asked for: what the frontier is of."""
    codecs: list[CodecFigures]
    """Exact search in float32 first, then in the order asked for."""
    refused: list[Refused] = Field(default_factory=list)
    test: str = ""
    correction: str = ""
    without_vector: int = 0
    """Documents without text: they are in no index."""
    skipped: list[Skipped] = Field(default_factory=list)

    @property
    def exact(self) -> CodecFigures:
        return self.codecs[0]

    def codec(self, line: str) -> CodecFigures | None:
        return next((row for row in self.codecs if row.line == line), None)

    def summary(self) -> str:
        """``int8 keeps all you could measure at a quarter of the size; pq costs 0.012 nDCG@10 at 1/32.``"""
        others = [row for row in self.codecs[1:] if row.ratio < 1]
        kept = [row for row in others if not row.is_worse(self.primary)]
        best = min(kept, key=lambda row: (row.bytes, -self._value(row)), default=None)
        least = _KEPT * self._value(self.exact)
        below = [
            row
            for row in others
            if row.is_worse(self.primary)
            and self._value(row) >= least
            and (best is None or row.bytes < best.bytes)
        ]
        small = min(below, key=lambda row: (row.bytes, -self._value(row)), default=None)
        parts = []
        if best is not None:
            parts.append(f"{best.line} keeps all you could measure at {_part(best.ratio)} of the size")
        if small is not None:
            loss = self._value(self.exact) - self._value(small)
            parts.append(f"{small.line} costs {loss:.3f} {self.primary} at {_part(small.ratio)}")
        if not parts:
            return f"No code keeps {_KEPT:.0%} of {self.primary} in fewer bytes than float32."
        return "; ".join(parts) + "."

    def _value(self, row: CodecFigures) -> float:
        return row.measures[self.primary].value

    def metrics(self) -> list[Metric]:
        found = []
        for row in self.codecs:
            found += [Metric(name=name, value=f.value, slice=row.line) for name, f in row.measures.items()]
            found.append(Metric(name="bytes per document", value=row.bytes_per_document, slice=row.line))
        return found

    def headline(self) -> Metric | None:
        return Metric(name=self.primary, value=self._value(self.exact), slice=self.exact.line)

    def tables(self) -> list[Table]:
        names = list(self.exact.measures)
        head = [
            "", "code", "bytes/doc", "of float32", *names, f"Δ {self.primary}", "p", "recall@10",
            "recall@100", "ranks", "encode s/M", "queries/s", "at once",
        ]  # fmt: skip
        rows = [
            [
                "*" if row.frontier else "",
                row.line,
                round(row.bytes_per_document, 1),
                f"{row.ratio:.3f}",
                *(f"{row.measures[name].value:.4f}" for name in names),
                *_difference(row.differences.get(self.primary)),
                round(row.recall_10, 3),
                None if row.recall_100 is None else round(row.recall_100, 3),
                row.rank_change,
                round(row.encode_seconds_per_million, 1),
                round(row.queries_per_second_one),
                round(row.queries_per_second_all),
            ]
            for row in self.codecs
        ]
        tables = [Table(head, rows)]
        if self.refused:
            tables.append(Table(["not tried", "reason"], [[one.line, one.reason] for one in self.refused]))
        return tables


def _difference(found: Comparison | None) -> tuple[str | None, str | None]:
    if found is None:
        return None, None
    p = "< 0.0001" if found.adjusted < 1e-4 else f"{found.adjusted:.4f}"
    return f"{found.difference:+.4f} [{found.low:+.4f}, {found.high:+.4f}]", p


def _part(ratio: float) -> str:
    """``a quarter``, ``1/32``, ``0.62``."""
    whole = round(1 / ratio)
    if whole < 2 or abs(whole - 1 / ratio) > 0.1 * whole:
        return f"{ratio:.2f}"
    return _PARTS.get(whole, f"1/{whole}")
