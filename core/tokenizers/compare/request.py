"""What a comparison of tokenizers is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request


class CompareTokenizersRequest(Request):
    """Measure tokenizers on text, side by side."""

    tokenizers: list[Path] = Field(
        min_length=1,
        title="Tokenizers",
        description="Files or folders of any format; or named encodings such as cl100k_base.",
        json_schema_extra={"input": "tokenizer"},
    )
    text: list[Path] = Field(
        min_length=1,
        title="Texts",
        description="Files of text in UTF-8 (also .gz), or folders of them; each file is a text of its own.",
        json_schema_extra={"input": "text"},
    )
    pivot: str | None = Field(
        None,
        title="Pivot for parity",
        description="The text that the others are compared with, by its file's name without the ending. For "
        "translations of the same text; by default eng or English where there is one, else the first.",
    )
    documents: Literal["paragraphs", "lines", "file"] = Field(
        "paragraphs",
        title="A document is",
        description="What intervals are drawn over: a paragraph (ended by an empty line), a line, or a file.",
        json_schema_extra={
            "labels": {"paragraphs": "a paragraph", "lines": "a line", "file": "the whole file"}
        },
    )
    words: Literal["unicode", "spaces"] = Field(
        "unicode",
        title="A word is",
        description="What fertility counts: a word by Unicode's rules, or whatever stands between spaces. "
        "Chinese, Japanese, Thai, Lao, Khmer and Burmese have no figure by Unicode's rules.",
        json_schema_extra={
            "labels": {"unicode": "a word by Unicode's rules", "spaces": "between spaces"},
            "advanced": True,
        },
    )
    max_bytes: int | None = Field(
        None,
        ge=1_000,
        title="At most, of each text",
        description="How much of each text is read, from its start; none for all of it.",
        json_schema_extra={"advanced": True, "unit": "bytes", "none": "all of it"},
    )
    alpha: float = Field(
        2.5,
        ge=0,
        le=100,
        title="Rényi's α",
        description="The order of Rényi efficiency; 2.5 in Zouhar et al. (arXiv 2306.16842).",
        json_schema_extra={"advanced": True},
    )
    resamples: int = Field(
        1_000,
        ge=0,
        le=100_000,
        title="Resamples",
        description="Of the bootstrap over documents that the intervals come from; 0 for no intervals.",
        json_schema_extra={"advanced": True},
    )
    price: float | None = Field(
        None,
        ge=0,
        title="Price of a million tokens",
        description="What your provider asks; there is no built-in price. In your currency.",
        json_schema_extra={"advanced": True, "none": "unknown"},
    )
    throughput: bool = Field(
        True,
        title="Measure the speed",
        description="Also time each tokenizer's own library on a sample of the text.",
        json_schema_extra={"advanced": True},
    )
