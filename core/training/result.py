"""What a training tells."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result


class CurvePoint(BaseModel):
    """The mean loss over the steps since the last point; `rate` is the learning rate.

    A language model's loss is in nats a token; `bits_per_byte` is the same over the text's bytes, which
    compares across tokenizers.
    """

    model_config = ConfigDict(frozen=True)

    step: int
    loss: float
    bits_per_byte: float | None = None
    rate: float


class Look(BaseModel):
    """Figures by name that were measured after `step` steps, while a training went on."""

    model_config = ConfigDict(frozen=True)

    step: int
    figures: dict[str, float]


class TrainResult(Result):
    out: str
    recipe: str
    recipe_title: str
    settings: dict[str, Any] = Field(default_factory=dict)
    tokenizer: str
    """Its kind, where it was trained; otherwise where it came from."""
    vocab_size: int
    parameters: int
    steps: int
    tokens: int
    """Seen in training, those seen again counted again."""
    text_tokens: int
    text_bytes: int
    final_loss: float
    held_out_bits_per_byte: float | None = None
    held_out_bytes: int = 0
    held_out_found: float | None = None
    """Of an encoder: the share of held-out titles and sentences whose own text is the nearest of all."""
    held_out_pairs: int = 0
    curve: list[CurvePoint] = Field(default_factory=list)

    def summary(self) -> str:
        size = f"A model of {self.parameters:,} parameters after {self.steps:,} steps"
        if self.held_out_found is not None:
            reached = f"{self.held_out_found:.1%} of {self.held_out_pairs:,} held-out pairs found"
            return f"{size}: {reached}. Written to {self.out}."
        if self.held_out_bits_per_byte is None:
            return f"{size}: final loss {self.final_loss:.3f}. Written to {self.out}."
        reached = f"{self.held_out_bits_per_byte:.3f} bits per byte on held-out text"
        return f"{size}: {reached}. Written to {self.out}."

    def metrics(self) -> list[Metric]:
        found = [
            Metric(name="final loss", value=self.final_loss),
            Metric(name="parameters", value=self.parameters),
            Metric(name="tokens seen", value=self.tokens),
        ]
        if self.held_out_bits_per_byte is not None:
            found.insert(0, Metric(name="bits per byte", value=self.held_out_bits_per_byte, slice="held out"))
        if self.held_out_found is not None:
            found.insert(0, Metric(name="pairs found", value=self.held_out_found, slice="held out"))
        return found

    def headline(self) -> Metric | None:
        return self.metrics()[0]
