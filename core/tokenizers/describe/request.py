"""What a description of a tokenizer is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.jobs.request import Request


class DescribeTokenizerRequest(Request):
    """What a tokenizer is, and what it does to text."""

    tokenizer: Path = Field(
        title="Tokenizer",
        description="A tokenizer's file or folder, of any format; or a named encoding such as cl100k_base.",
        json_schema_extra={"input": "tokenizer", "positional": True},
    )
    reachable: bool = Field(
        False,
        title="Look for unreachable tokens",
        description="Also encode the bytes of every token, to see which ones no text can ever give.",
    )
