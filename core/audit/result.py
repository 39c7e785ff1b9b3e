"""What an audit of a tokenizer tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class SuspectToken(_Figures):
    """`category` as in magikarp (arXiv 2405.05417, section 3): ``ok``, ``ok special``, ``unreachable: one
    other token``, ``unreachable: several tokens``, ``unreachable special``, ``partial character``."""

    id: int
    token: str
    """As a person reads it."""
    kind: str
    category: str
    reencoded: list[int] = Field(default_factory=list)
    """What encoding its bytes gives, where that is another."""
    indicator: float | None = None
    count: int | None = None
    """In the text."""
    nearest: list[str] = Field(default_factory=list)
    """The tokens with the most similar embeddings."""


class AuditResult(Result):
    tokenizer: str
    size: int
    categories: dict[str, int]
    """Category → how many tokens."""
    unreachable: list[SuspectToken] = Field(default_factory=list)
    """The lowest id first; 5,000 of them at most."""
    undertrained: list[SuspectToken] = Field(default_factory=list)
    """The smallest indicator first."""
    unused: int | None = None
    """Text tokens that do not occur in the text."""
    unused_tokens: list[SuspectToken] = Field(default_factory=list)
    """Some of them, the lowest id first."""
    indicator: str = ""
    """What was measured on the model, in words."""
    reference: int = 0
    """Tokens known to be unused, which the indicator is measured against."""
    reference_words: str = ""
    edges: list[float] = Field(default_factory=list)
    counts: list[int] = Field(default_factory=list)
    """The indicator's histogram, of all tokens; `reference_counts` of the reference set."""
    reference_counts: list[int] = Field(default_factory=list)
    text_bytes: int = 0

    @property
    def unreachable_count(self) -> int:
        return sum(count for name, count in self.categories.items() if name.startswith("unreachable"))

    def summary(self) -> str:
        parts = [f"{self.unreachable_count:,} unreachable"]
        if self.unused is not None:
            parts.append(f"{self.unused:,} never used on your text")
        if self.indicator:
            parts.append(f"{len(self.undertrained):,} suspected to be hardly trained")
        return f"Of {self.size:,} tokens: {', '.join(parts)}."

    def metrics(self) -> list[Metric]:
        found = [Metric(name="unreachable tokens", value=self.unreachable_count)]
        if self.unused is not None:
            found.append(Metric(name="unused tokens", value=self.unused))
        return found

    def headline(self) -> Metric | None:
        return self.metrics()[0]
