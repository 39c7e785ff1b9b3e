"""What an audit of a tokenizer is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.jobs.request import Request


class AuditRequest(Request):
    """Look for suspicious tokens: unreachable, never used on your text, under-trained in a model."""

    tokenizer: Path = Field(
        title="Tokenizer",
        description="A file or folder of any format; a model folder will do.",
        json_schema_extra={"input": "tokenizer"},
    )
    text: list[Path] = Field(
        default_factory=list,
        title="Texts",
        description="Files of text in UTF-8 (also .gz), or folders of them: which tokens are unused there?",
        json_schema_extra={"input": "text"},
    )
    model: Path | None = Field(
        None,
        title="Model",
        description="A model of this tokenizer: tokens with unusually small embeddings were hardly trained.",
        json_schema_extra={"input": "model", "none": "No model"},
    )
    share: float = Field(
        0.02,
        gt=0,
        le=1,
        title="Share of suspects",
        description="How many of the tokens with the smallest indicator are called suspicious.",
        json_schema_extra={"advanced": True},
    )
