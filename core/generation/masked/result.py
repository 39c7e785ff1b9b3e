"""What an encoder tells."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field

from core.generation.result_parts import TokenRecord
from core.jobs.request import Metric, Result, Table


class Filling(BaseModel):
    """A token that may stand in a mask's place."""

    model_config = ConfigDict(frozen=True)

    id: int
    text: str
    probability: float


class MaskedResult(Result):
    """Either masks were filled, or a text was scored."""

    model: str
    """Its name."""
    text: str
    """Each mask filled with the likeliest token; without masks, the text itself."""
    masks: list[list[Filling]] = Field(default_factory=list)
    """Mask by mask, the likeliest first. Several masks are filled independently of each other."""
    tokens: list[TokenRecord] = Field(default_factory=list)
    """Of a scored text: each token's log-probability given all others (arXiv 1910.14659, §2)."""
    bits: float | None = None
    """Summed surprise of these tokens. No probability of the text: every token has seen the others."""
    bytes: int = 0

    @property
    def bits_per_byte(self) -> float | None:
        return None if self.bits is None or not self.bytes else self.bits / self.bytes

    def summary(self) -> str:
        if self.masks:
            best = ", ".join(f"{mask[0].text.strip()} ({mask[0].probability:.1%})" for mask in self.masks)
            return f"{self.model} fills in {best}: {self.text}"
        perplexity = math.exp((self.bits or 0) * math.log(2) / max(1, len(self.tokens)))
        return (
            f"{self.model} is surprised by {self.bits or 0:.1f} bits in {len(self.tokens):,} tokens, each "
            f"seen with all others around it (pseudo-perplexity {perplexity:.2f})."
        )

    def metrics(self) -> list[Metric]:
        rate = self.bits_per_byte
        return [] if rate is None else [Metric(name="pseudo-bits per byte", value=rate)]

    def headline(self) -> Metric | None:
        return next(iter(self.metrics()), None)

    def tables(self) -> list[Table]:
        if self.masks:
            return [
                Table([f"mask {number}", "probability"], [[one.text, one.probability] for one in mask])
                for number, mask in enumerate(self.masks, 1)
            ]
        rows = [[token.text, token.logprob, token.rank] for token in self.tokens]
        return [Table(["token", "ln p", "rank"], rows)]
