"""What a measurement of dynamic tokenization tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class DynamicRow(_Figures):
    """One text (``all``: all of them together)."""

    text: str
    bytes: int
    documents: int
    batches: int
    tokens_before: int
    tokens_after: int
    shortest: int
    """Tokens when everything that may be merged is."""
    merges: int
    """Over all batches."""
    distinct: int
    """Different merged tokens in use at the end: rows that would need an embedding."""

    @property
    def saved(self) -> float:
        """Share of the tokens that are saved."""
        return 1 - self.tokens_after / self.tokens_before if self.tokens_before else 0.0


class Merge(_Figures):
    """`count`: how often the pair stood there when it was merged, over all batches."""

    left: str
    right: str
    count: int
    batches: int


class Point(_Figures):
    """After so many merges in each batch, the mean share of the tokens saved."""

    merges: int
    saved: float


class DynamicResult(Result):
    tokenizer: str
    boundary: str
    rows: list[DynamicRow]
    curve: list[Point] = Field(default_factory=list)
    merges: list[Merge] = Field(default_factory=list)
    """The commonest first."""

    def summary(self) -> str:
        row = next((row for row in self.rows if row.text == "all"), None) or self.rows[0]
        return (
            f"Merging saves {row.saved:.1%} of the tokens: {row.tokens_before:,} → {row.tokens_after:,}, "
            f"with {row.distinct:,} merged tokens."
        )

    def metrics(self) -> list[Metric]:
        return [Metric(name="tokens saved", value=row.saved, slice=row.text) for row in self.rows]

    def headline(self) -> Metric | None:
        row = next((row for row in self.rows if row.text == "all"), None) or self.rows[0]
        return Metric(name="tokens saved", value=row.saved, slice=row.text)
