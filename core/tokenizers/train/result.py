"""What the training of a tokenizer tells."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result


class HeldOut(BaseModel):
    """One tokenizer on the held-out text."""

    model_config = ConfigDict(frozen=True)

    tokenizer: str
    """The algorithm's title."""
    tokens: int
    bytes_per_token: float
    fertility: float
    """All tokens over the words between white space: below 1 where tokens are of several words."""
    across_spaces: float
    """Share of the vocabulary's text tokens with a space inside."""
    renyi_efficiency: float | None = None
    seconds: float = 0.0
    """That its training took."""


class TrainTokenizerResult(Result):
    out: str
    algorithm: str
    algorithm_title: str
    settings: dict[str, Any] = Field(default_factory=dict)
    vocab_size: int
    text_bytes: int
    held_out_bytes: int = 0
    held_out: list[HeldOut] = Field(default_factory=list)
    """The new tokenizer first, then plain BPE where it was asked for."""
    longest: list[str] = Field(default_factory=list)
    """Its longest tokens, as a person reads them."""

    def summary(self) -> str:
        made = f"{self.algorithm_title}: {self.vocab_size:,} tokens"
        if not self.held_out:
            return f"{made}. Written to {self.out}."
        own, *others = self.held_out
        figure = f"{made}, {own.bytes_per_token:.2f} bytes a token on held-out text"
        if others:
            other = others[0]
            figure += f", against {other.bytes_per_token:.2f} for {other.tokenizer}"
        return f"{figure}. Written to {self.out}."

    def metrics(self) -> list[Metric]:
        found = [Metric(name="tokens in the vocabulary", value=self.vocab_size)]
        for row in self.held_out:
            found += [
                Metric(name="bytes per token", value=row.bytes_per_token, slice=row.tokenizer),
                Metric(name="fertility", value=row.fertility, slice=row.tokenizer),
                Metric(name="tokens with a space inside", value=row.across_spaces, slice=row.tokenizer),
            ]
            if row.renyi_efficiency is not None:
                found.append(Metric(name="Rényi efficiency", value=row.renyi_efficiency, slice=row.tokenizer))
        return found

    def headline(self) -> Metric | None:
        if not self.held_out:
            return None
        own = self.held_out[0]
        return Metric(name="bytes per token", value=own.bytes_per_token, slice=own.tokenizer)
