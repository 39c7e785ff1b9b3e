"""What a search for a bigram subnetwork is asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from core.generation.fields import Model
from core.jobs.request import Request

MOST = 8
"""Penalties in a search."""


def levels(text: str) -> list[float]:
    """The penalties that a text such as ``10, 100`` means.

    Raises:
        ValueError: a sentence.
    """
    found: list[float] = []
    for part in re.split(r"[\s,]+", text.strip()):
        try:
            value = float(part)
        except ValueError:
            raise ValueError(f"{part!r} is no penalty; write them like 10, 100") from None
        if not 0 <= value <= 1e9:
            raise ValueError(f"{part!r} is no penalty from 0 to 1,000,000,000")
        if value in found:
            raise ValueError(f"the penalty {part} is named twice")
        found.append(value)
    if len(found) > MOST:
        raise ValueError(f"more than {MOST} penalties; ask for fewer at a time")
    return found


class SubnetworkRequest(Request):
    """Find the weights of a model that are enough to speak as a bigram would.

    Fields in the order in which a person decides.
    """

    model: Model
    text: list[Path] = Field(
        [],
        title="Text",
        description="Where bigrams are counted: at best what the model was trained on, in plain text. "
        "Without any, the model writes some itself, and what it holds likely is counted.",
        json_schema_extra={"input": "text"},
    )
    held_out: Path | None = Field(
        None,
        title="Text to measure on",
        description="By default the end of the text.",
        json_schema_extra={"input": "text", "none": "the text's end"},
    )
    penalties: str = Field(
        "10, 100",
        title="Penalties",
        description="One subnetwork each: the higher, the fewer weights are kept. 0, 1, 5, 10, 50, 100, 500 "
        "and 1000 in the paper.",
    )
    steps: int = Field(
        400,
        ge=1,
        le=100_000,
        title="Steps",
        description="Of learning, for each penalty. The paper takes up to 15,000.",
    )
    learning_rate: float = Field(
        0.1,
        gt=0,
        le=10,
        title="Learning rate",
        description="AdamW's. The paper takes 0.00005, and ten times as many steps and more.",
        json_schema_extra={"advanced": True},
    )
    hardness: float = Field(
        100.0,
        ge=1,
        title="Hardness",
        description="What masks are multiplied by at the end, before the sigmoid; 1 at the beginning. The "
        "paper ends at 3,200,000.",
        json_schema_extra={"advanced": True},
    )
    batch: int = Field(
        8,
        ge=1,
        le=4096,
        title="Batch",
        description="Sequences in a step.",
        json_schema_extra={"advanced": True},
    )
    window: int = Field(
        64,
        ge=2,
        le=4096,
        title="Window",
        description="Tokens in a sequence; at most as many as the model takes.",
        json_schema_extra={"advanced": True, "unit": "tokens"},
    )
    written: int = Field(
        30_000,
        ge=1_000,
        le=10_000_000,
        title="Written by the model",
        description="How much it writes where no text is given.",
        json_schema_extra={"advanced": True, "unit": "tokens"},
    )
    max_bytes: int = Field(
        16_000_000,
        ge=1_000,
        title="At most, of each text",
        description="How much of each text is read.",
        json_schema_extra={"advanced": True, "unit": "bytes"},
    )
    measured: int = Field(
        4_096,
        ge=64,
        le=1_000_000,
        title="Measured on",
        description="So much of the held-out text.",
        json_schema_extra={"advanced": True, "unit": "tokens"},
    )
    checkpoint_every: float = Field(
        60,
        ge=0,
        title="Checkpoint every",
        description="How often the state is kept, which is how much work an interruption may cost.",
        json_schema_extra={"advanced": True, "unit": "s"},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the masks, one file of safetensors a penalty: 1 for each weight kept.",
        json_schema_extra={"output": "folder", "optional": True, "advanced": True},
    )

    @field_validator("penalties", mode="before")
    @classmethod
    def _in_a_line(cls, value: Any) -> Any:
        """Numbers may be given as such."""
        return ", ".join(f"{each:g}" for each in value) if isinstance(value, list | tuple) else value

    @field_validator("penalties")
    @classmethod
    def _are_penalties(cls, text: str) -> str:
        levels(text)
        return text.strip()

    def levels(self) -> list[float]:
        """The penalties as numbers, in their order."""
        return levels(self.penalties)
