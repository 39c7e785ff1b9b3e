"""What the extension of a tokenizer is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request


class ExtendTokenizerRequest(Request):
    """Add a domain's tokens to a tokenizer; every old id stays what it is."""

    tokenizer: Path = Field(
        title="Tokenizer",
        description="The tokenizer to extend: a tokenizer.json, or a folder that holds one.",
        json_schema_extra={"input": "tokenizer"},
    )
    text: list[Path] = Field(
        min_length=1,
        title="Domain text",
        description="Files of your domain's text in UTF-8 (also .gz), or folders of them.",
        json_schema_extra={"input": "text"},
    )
    terms: list[Path] = Field(
        default_factory=list,
        title="Terms",
        description="Glossaries: one term a line (the first column of a .tsv), or .jsonl with a field term. "
        "Only these become tokens; without any, tokens are learnt from the text.",
        json_schema_extra={"input": "text"},
    )
    add: int = Field(1_000, ge=1, le=500_000, title="Tokens to add", description="At most.")
    min_count: int = Field(
        2,
        ge=1,
        le=1_000_000,
        title="At least",
        description="How often a token must occur in the domain text.",
        json_schema_extra={"advanced": True},
    )
    how: Literal["merges", "added"] = Field(
        "merges",
        title="How",
        description="As tokens of the model, with merges that lead to them, or as added tokens, which are "
        "matched before anything else, inside words too.",
        json_schema_extra={
            "labels": {"merges": "tokens of the model", "added": "added tokens"},
            "advanced": True,
        },
    )
    general: list[Path] = Field(
        default_factory=list,
        title="Other text",
        description="Text of other kinds, to see that nothing is lost there.",
        json_schema_extra={"input": "text", "advanced": True},
    )
    held_out_share: float = Field(
        0.2,
        ge=0,
        le=0.5,
        title="Held-out share",
        description="How much of each domain text's end is measured and not learnt from.",
        json_schema_extra={"advanced": True},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the tokenizer; the run's own folder by default.",
        json_schema_extra={"output": "folder"},
    )
    replace: bool = Field(
        False,
        title="Replace",
        description="Replace what is in the output folder.",
        json_schema_extra={"advanced": True},
    )
