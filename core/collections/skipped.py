"""What is said of records that were left out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Skipped(BaseModel):
    """Records that were left out or mended: what was wrong, how many, and where the first ones are."""

    model_config = ConfigDict(frozen=True)

    what: str
    """In words: ``documents without text``."""
    count: int
    places: list[str] = Field(default_factory=list)
    """``corpus.jsonl, line 12``; the first 20."""
