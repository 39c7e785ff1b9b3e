"""What an evaluation is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request
from core.retrieval.fields import (
    DEFAULT_MEASURES,
    CollectionFolder,
    Correction,
    KeepVectors,
    Measures,
    Split,
    Systems,
    Test,
)


class RetrievalRequest(Request):
    """Rank a collection's documents for its queries with one to twelve systems, and compare them."""

    collection: CollectionFolder
    systems: Systems = Field(json_schema_extra={"also": "system", "editor": "systems"})
    measures: Measures = DEFAULT_MEASURES
    test: Test = "randomization"
    correction: Correction = "holm"
    k: int = Field(
        1000,
        ge=1,
        le=100_000,
        title="Depth",
        description="How many documents are ranked for each query.",
        json_schema_extra={"advanced": True},
    )
    split: Split = "test"
    drop_identical: Literal["auto", "yes", "no"] = Field(
        "auto",
        title="Query among the documents",
        description="Leave out the document whose id is the query's. Auto: where half the queries are "
        "documents with the same text.",
        json_schema_extra={
            "advanced": True,
            "labels": {"auto": "Auto", "yes": "Leave it out", "no": "Let it be found"},
        },
    )
    cache: KeepVectors = True
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the rankings (TREC run files, and a record that Why reads).",
        json_schema_extra={"output": "folder", "optional": True, "advanced": True},
    )
