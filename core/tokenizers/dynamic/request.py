"""What a measurement of dynamic tokenization is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request


class DynamicRequest(Request):
    """How much shorter text gets when each batch merges its own commonest pairs (arXiv 2411.18553)."""

    tokenizer: Path = Field(
        title="Tokenizer",
        description="Whose tokens are merged further: a file or folder of any format.",
        json_schema_extra={"input": "tokenizer"},
    )
    text: list[Path] = Field(
        min_length=1,
        title="Texts",
        description="Files of text in UTF-8 (also .gz), or folders of them; each file is a text of its own.",
        json_schema_extra={"input": "text"},
    )
    boundary: Literal["pretokens", "word", "word_hyphen", "sentence"] = Field(
        "word",
        title="Never across",
        description="What a merged token may not cross: the tokenizer's own pieces; words between white "
        "space (where there is none, as in Chinese or Thai, a whole sentence); words, and any sign but the "
        "hyphen; or only white space and special tokens.",
        json_schema_extra={
            "labels": {
                "pretokens": "the tokenizer's own pieces",
                "word": "words",
                "word_hyphen": "words, and signs but the hyphen",
                "sentence": "white space only",
            }
        },
    )
    reduction: float | None = Field(
        None,
        gt=0,
        le=1,
        title="Share of the possible",
        description="How far to go: 0.5 for half of what merging everything would save; none for all.",
        json_schema_extra={"none": "all"},
    )
    max_merges: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        title="Merges at most",
        description="In each batch; none for no limit.",
        json_schema_extra={"none": "no limit"},
    )
    batch: int = Field(
        32,
        ge=1,
        le=100_000,
        title="Documents a batch",
        description="Paragraphs that are merged together.",
    )
    max_bytes: int | None = Field(
        200_000,
        ge=1_000,
        title="At most, of each text",
        description="How much of each text is read, from its start; none for all of it.",
        json_schema_extra={"advanced": True, "unit": "bytes", "none": "all of it"},
    )
