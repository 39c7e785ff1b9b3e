"""What is asked of the layers."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from core.generation.fields import Model, Prompt
from core.jobs.request import Request

MOST_TOKENS = 512
"""Tokens of a prompt that are looked at; of a longer one, the last."""


class LensRequest(Request):
    """Look between the layers of a model while it reads a prompt."""

    random: ClassVar[bool] = False

    model: Model
    prompt: Prompt
    beside: Path | None = Field(
        None,
        title="Second model",
        description="Its smoothness and norms are told beside the first one's.",
        json_schema_extra={"input": "model", "none": "none"},
    )
    reference: Path | None = Field(
        None,
        title="Reference text",
        description="Its mean state is taken away where smoothness is centred; by default the prompt's own.",
        json_schema_extra={"input": "text", "none": "the prompt", "advanced": True},
    )
    top: int = Field(
        5,
        ge=1,
        le=50,
        title="Tokens told",
        description="The likeliest, in each layer at each position; fewer where the prompt is long.",
        json_schema_extra={"advanced": True},
    )
