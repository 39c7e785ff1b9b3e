"""What a filling, or a study of where prompts end, is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.errors import UserError
from core.generation.fields import Beam, Convention, Model, NumberType
from core.jobs.request import Request


class FillRequest(Request):
    """Fill the gap between two texts; or cut texts anywhere, and see who foretells best how they go on."""

    model: Model
    prefix: str = Field(
        "",
        title="Before the gap",
        description="May end in the middle of a word.",
        json_schema_extra={"editor": "passage"},
    )
    suffix: str = Field(
        "",
        title="After the gap",
        description="Where the filling has to lead.",
        json_schema_extra={"editor": "passage"},
    )
    max_bytes: int = Field(
        24,
        ge=1,
        le=4_096,
        title="Longest filling",
        description="Every length up to this one is tried.",
        json_schema_extra={"unit": "bytes"},
    )
    candidates: int = Field(
        12,
        ge=1,
        le=1_000,
        title="Samples",
        description="So many beginnings are drawn, each of which is a candidate at every length.",
    )
    suffix_bytes: int = Field(
        24,
        ge=1,
        le=4_096,
        title="Of what follows",
        description="Candidates are weighed by how likely they make the first so many bytes after the gap.",
        json_schema_extra={"unit": "bytes", "advanced": True},
    )
    order: Literal["spm", "psm"] = Field(
        "spm",
        title="Order",
        description="For models that learnt to fill gaps: what they read first.",
        json_schema_extra={
            "labels": {
                "spm": "What follows, then what is before",
                "psm": "What is before, then what follows",
            },
            "advanced": True,
        },
    )
    text: list[Path] = Field(
        [],
        title="Texts to study",
        description="Held-out texts that are cut at random: bits per byte of how they go on, exact, with "
        "token healing, and plain.",
        json_schema_extra={"input": "text"},
    )
    cuts: int = Field(
        200, ge=1, le=100_000, title="Cuts", description="Over all texts, the same number in each."
    )
    ahead: int = Field(
        16,
        ge=1,
        le=1_024,
        title="Continuation",
        description="How far behind a cut is measured.",
        json_schema_extra={"unit": "bytes"},
    )
    greedy_bytes: int = Field(
        8,
        ge=1,
        le=1_024,
        title="Same greedy text",
        description="A greedy continuation is right if so many of its bytes are the text's own.",
        json_schema_extra={"unit": "bytes", "advanced": True},
    )
    context: int = Field(
        192,
        ge=1,
        le=65_536,
        title="Prompt",
        description="Bytes before a cut, as far as the model takes so much.",
        json_schema_extra={"unit": "bytes", "advanced": True},
    )
    convention: Convention = "valid"
    beam: Beam = 64
    dtype: NumberType = "auto"


def check(request: FillRequest) -> None:
    """Raises:
    UserError: there is nothing to do, or a length is missing.
    """
    if not request.suffix and not request.text:
        raise UserError(
            "There is nothing to do: give what stands after the gap, or texts to study.", field="suffix"
        )
    if request.greedy_bytes > request.ahead:
        raise UserError(
            f"Only {request.ahead} bytes behind each cut are measured; compare at most so many.",
            field="greedy_bytes",
        )
