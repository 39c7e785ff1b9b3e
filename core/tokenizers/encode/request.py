"""What an encoding is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.jobs.request import Request


class EncodeRequest(Request):
    """Cut one text into tokens."""

    tokenizer: Path = Field(
        title="Tokenizer",
        description="A tokenizer's file or folder, of any format; or a named encoding such as cl100k_base.",
        json_schema_extra={"input": "tokenizer", "positional": True},
    )
    string: str | None = Field(None, title="String", description="The text itself.")
    text: Path | None = Field(
        None,
        title="Text",
        description="A file of plain text in UTF-8, in place of a string.",
        json_schema_extra={"input": "text"},
    )
    specials: bool = Field(
        False,
        title="Read special tokens",
        description="Read the names of special tokens in the text as these tokens, not as text.",
    )
