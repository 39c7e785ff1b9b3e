"""What a comparison of tokenizers tells."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table

ALL = "all"
"""The slice that is all texts together."""


RECORDED = ("bytes_per_token", "fertility", "parity", "renyi_efficiency", "unknown_rate")
"""The measures that other runs are compared by; all of them would be thousands of figures a run."""


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class MeasureInfo(_Figures):
    """A measure, as a table's head says it."""

    key: str
    """``bytes_per_token``"""
    title: str
    unit: str = ""
    description: str
    """Its definition in a sentence or two, with its source."""
    better: Literal["low", "high", ""] = ""
    digits: int = 3
    """Decimals worth showing."""
    of: Literal["text", "tokenizer", "pair"] = "text"
    """Whether it is measured on a text (in `rows`), on the tokenizer alone, or between two tokenizers."""


class Figure(_Figures):
    """A value, and its 95 % interval by bootstrap over documents where there is one."""

    value: float
    low: float | None = None
    high: float | None = None


class CompareRow(_Figures):
    """One tokenizer on one text (``all``: on all of them together). None where a figure has no meaning."""

    tokenizer: str
    text: str
    documents: int
    bytes: int
    characters: int
    words: int | None
    tokens: int
    bytes_per_token: float | None
    fertility: float | None
    parity: float | None
    renyi_efficiency: float | None
    unknown_rate: float
    round_trip_losses: int
    """Documents that decoding does not give back."""
    figures: dict[str, Figure] = Field(default_factory=dict)
    """Every measure by its key, those above again."""


class TokenizerRow(_Figures):
    """One tokenizer by itself."""

    name: str
    """What `rows` call it; unique in this result."""
    path: str
    format: str
    model: str
    size: int
    lossy: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    figures: dict[str, Figure] = Field(default_factory=dict)
    """Measures `of` a tokenizer."""
    words: dict[str, str] = Field(default_factory=dict)
    """Findings that are no figure: ``digits`` → ``groups of up to 3 from the left: 123|456|7``."""
    exact_cuts: bool = True
    """Whether each distinct word was encoded once; otherwise whole documents were, which is slower."""


class PairRow(_Figures):
    """Two tokenizers against each other; over one text, all of them, or (``""``) their vocabularies alone."""

    first: str
    second: str
    text: str
    figures: dict[str, Figure] = Field(default_factory=dict)


class Curve(_Figures):
    """A line or histogram of one tokenizer over all texts: ``zipf``, ``utilisation``, ``token_bytes``,
    ``renyi``, ``digits``, ``indent``."""

    tokenizer: str
    key: str
    x: list[float]
    y: list[float]


class Loss(_Figures):
    """The first text that a tokenizer does not give back, around the place where it differs."""

    tokenizer: str
    text: str
    document: int
    """From 1, in its text."""
    before: str
    after: str
    why: str
    """normalisation, case, white space, unknown, other"""


class TextRow(_Figures):
    name: str
    path: str
    bytes: int
    documents: int
    replaced: int = 0
    """Bytes that were no UTF-8 and were read as U+FFFD."""


class CompareTokenizersResult(Result):
    rows: list[CompareRow]
    tokenizers: list[TokenizerRow]
    texts: list[TextRow]
    measures: list[MeasureInfo]
    pairs: list[PairRow] = Field(default_factory=list)
    curves: list[Curve] = Field(default_factory=list)
    losses: list[Loss] = Field(default_factory=list)
    pivot: str | None = None
    sentence: str = ""
    """What came out, in one sentence: ``On your 38 texts, A needs 31 % fewer tokens than B.``"""
    detail: str = ""
    """A second one: where the gap is widest and narrowest."""

    def summary(self) -> str:
        return self.sentence

    def metrics(self) -> list[Metric]:
        titles = {measure.key: measure.title for measure in self.measures}
        several = len(self.tokenizers) > 1
        return [
            Metric(
                name=titles.get(key, key),
                value=figure.value,
                slice=f"{row.tokenizer} · {row.text}" if several else row.text,
            )
            for row in self.rows
            for key, figure in row.figures.items()
            if key in RECORDED
        ]

    def headline(self) -> Metric | None:
        best = max(
            (row for row in self.rows if row.text == ALL and row.bytes_per_token is not None),
            key=lambda row: row.bytes_per_token or 0.0,
            default=None,
        )
        if best is None or best.bytes_per_token is None:
            return None
        return Metric(name="bytes per token", value=best.bytes_per_token, slice=best.tokenizer)

    def tables(self) -> list[Table]:
        """All texts together, one line a tokenizer; then each text, one column a tokenizer."""
        sizes = {tokenizer.name: tokenizer.size for tokenizer in self.tokenizers}
        whole = [row for row in self.rows if row.text == ALL]
        found = [
            Table(
                ["tokenizer", "ids", "tokens", "bytes per token", "fertility", "highest parity", "of",
                 "Rényi", "unknown", "losses"],
                [
                    [row.tokenizer, sizes[row.tokenizer], row.tokens, row.bytes_per_token, row.fertility,
                     *self._highest_parity(row.tokenizer), row.renyi_efficiency, row.unknown_rate,
                     row.round_trip_losses]
                    for row in whole
                ],
            )
        ]  # fmt: skip
        if len(self.texts) > 1:
            found.append(self._by_text("bytes per token", "bytes_per_token"))
            if self.pivot is not None:
                found.append(self._by_text(f"parity to {self.pivot}", "parity"))
        return found

    def _highest_parity(self, tokenizer: str) -> tuple[float | None, str]:
        rows = [row for row in self.rows if row.tokenizer == tokenizer and row.text != ALL]
        worst = max(rows, key=lambda row: row.parity or 0.0, default=None)
        return (worst.parity, worst.text) if worst and worst.parity is not None else (None, "")

    def _by_text(self, title: str, figure: str) -> Table:
        values = {(row.text, row.tokenizer): getattr(row, figure) for row in self.rows}
        names = [tokenizer.name for tokenizer in self.tokenizers]
        return Table(
            [title, *names],
            [[text.name, *(values.get((text.name, name)) for name in names)] for text in self.texts],
        )
