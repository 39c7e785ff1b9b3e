"""What the pruning of a tokenizer is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.jobs.request import Request


class PruneTokenizerRequest(Request):
    """Take out the tokens that a corpus does not need. Ids are given anew; a map tells old from new."""

    tokenizer: Path = Field(
        title="Tokenizer",
        description="The tokenizer to prune: a tokenizer.json, or a folder that holds one.",
        json_schema_extra={"input": "tokenizer"},
    )
    text: list[Path] = Field(
        min_length=1,
        title="Text",
        description="Files of text in UTF-8 (also .gz), or folders of them: what must still be cut well.",
        json_schema_extra={"input": "text"},
    )
    keep: int | None = Field(
        None,
        ge=258,
        le=4_000_000,
        title="Tokens to keep",
        description="The most used ones; by default, all that occur often enough.",
        json_schema_extra={"none": "all used"},
    )
    min_count: int = Field(
        1, ge=1, le=1_000_000, title="At least", description="How often a token must be used to stay."
    )
    keep_characters: bool = Field(
        True,
        title="Keep all characters",
        description="Keep single characters that do not occur, so that other scripts cost no more than "
        "before; otherwise they are spelt by bytes, if the tokenizer has these.",
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
