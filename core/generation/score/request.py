"""What a scoring is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from core.errors import UserError
from core.generation.fields import Beam, Convention, Models, NumberType
from core.jobs.request import Request


class ScoreRequest(Request):
    """Say how many bits per byte texts take under one to four models.

    Every model scores its tokenizer's own tokens of a text, each once. Long texts are read in windows; with
    `exact` all models advance over the same bytes instead, by the law of the next byte.
    """

    random: ClassVar[bool] = False

    models: Models
    text: list[Path] = Field(
        [],
        title="Texts",
        description="Files of text in UTF-8 (also .gz), or folders of them; each has figures of its own.",
        json_schema_extra={"input": "text"},
    )
    prompt: str = Field(
        "",
        title="Or a text",
        description="What is scored, written here.",
        json_schema_extra={"editor": "passage"},
    )
    exact: bool = Field(
        False,
        title="Byte by byte",
        description="Every model says how likely each byte is, whatever its tokens: exact, and slow "
        "(one call of each model a byte).",
    )
    max_bytes: int | None = Field(
        None,
        ge=1,
        title="Most of a file",
        description="At most so much of each file is scored.",
        json_schema_extra={"unit": "bytes", "none": "no limit"},
    )
    context: int | None = Field(
        None,
        ge=2,
        title="Window",
        description="Tokens that a model sees at once.",
        json_schema_extra={"unit": "tokens", "advanced": True, "none": "what the model takes, up to 1,024"},
    )
    stride: int | None = Field(
        None,
        ge=1,
        title="Stride",
        description="Tokens by which the window moves: the fewer, the more context each token has.",
        json_schema_extra={"unit": "tokens", "advanced": True, "none": "half a window"},
    )
    alternatives: int = Field(
        5,
        ge=0,
        le=100,
        title="Alternatives",
        description="How many are kept of what might have stood in each token's place (short texts).",
        json_schema_extra={"advanced": True},
    )
    convention: Convention = "valid"
    beam: Beam = 128
    dtype: NumberType = "auto"
    out: Path | None = Field(
        None,
        title="Output file",
        description="Where to write the score of every token (JSON Lines).",
        json_schema_extra={"output": "file", "optional": True, "advanced": True},
    )


def check(request: ScoreRequest) -> None:
    """Raises:
    UserError: windows would leave tokens out.
    """
    if request.context is not None and request.stride is not None and request.stride >= request.context:
        raise UserError(
            f"Windows of {request.context:,} tokens that move by {request.stride:,} would leave tokens out: "
            f"let them move by {request.context - 1:,} at most.",
            field="stride",
        )
