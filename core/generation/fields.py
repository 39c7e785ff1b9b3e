"""Fields that several generation jobs ask for. Loads nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

Models = Annotated[
    list[Path],
    Field(
        min_length=1,
        max_length=4,
        title="Models",
        description="One to four folders with a causal language model; they go on side by side.",
        json_schema_extra={"input": "model", "also": "model", "editor": "language-models"},
    ),
]
Model = Annotated[
    Path,
    Field(
        title="Model",
        description="A folder with a causal language model.",
        json_schema_extra={"input": "model"},
    ),
]
Prompt = Annotated[
    str,
    Field(
        title="Prompt",
        description="What to go on from. May end in the middle of a word. Names of special tokens in it are "
        "read as text.",
        json_schema_extra={"editor": "passage"},
    ),
]
Convention = Annotated[
    Literal["valid", "all"],
    Field(
        title="Tokenizations",
        description="Whether only what the tokenizer would write counts, or every way to spell a text.",
        json_schema_extra={"labels": {"valid": "The tokenizer's own", "all": "Every one"}, "advanced": True},
    ),
]
Beam = Annotated[
    int,
    Field(
        ge=1,
        le=100_000,
        title="Ways followed",
        description="Of all ways to spell a text, how many are followed at most (every one only).",
        json_schema_extra={"advanced": True},
    ),
]
NumberType = Annotated[
    Literal["auto", "float32", "bfloat16", "float16"],
    Field(
        title="Number type",
        description="Of the weights in memory. Auto: float32 on a processor, else what the card does well.",
        json_schema_extra={
            "advanced": True,
            "labels": {
                "auto": "Auto",
                "float32": "32 bits",
                "bfloat16": "bfloat16",
                "float16": "16 bits",
            },
        },
    ),
]
Boundary = Annotated[
    Literal["exact", "healing", "plain"],
    Field(
        title="Where the prompt ends",
        description="Exact: byte by byte until the tokens align. Token healing: the last token is written "
        "anew. Plain: right after the prompt's own tokens, as other programs do. A chat goes on plainly, "
        "right after the tokens of its template.",
        json_schema_extra={
            "labels": {"exact": "Exact", "healing": "Token healing", "plain": "Plain"},
            "advanced": True,
        },
    ),
]
__all__ = ["Beam", "Boundary", "Convention", "Model", "Models", "NumberType", "Prompt"]
