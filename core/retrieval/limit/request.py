"""What a LIMIT test is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request
from core.retrieval.fields import Correction, KeepVectors, Systems, Test

Pattern = Literal["dense", "random", "cycle", "disjoint"]


class LimitRequest(Request):
    """Make a LIMIT collection (or take one), and see how much of it each system finds."""

    systems: Systems = Field(json_schema_extra={"also": "system", "editor": "systems"})
    documents: int = Field(
        46,
        ge=2,
        le=2_000_000,
        title="Documents",
        description="46 is the paper's small version, 50,000 its full one: people, and what each likes.",
    )
    queries: int = Field(1_000, ge=1, le=4_500, title="Queries", description="Each asks who likes one thing.")
    k: int = Field(
        2, ge=1, le=10, title="Relevant a query", description="How many people like the thing asked for."
    )
    pattern: Pattern = Field(
        "dense",
        title="Pattern",
        description="Which documents belong together. Dense: all pairs among as few documents as there can "
        "be, the hardest for vectors. The others are to compare with.",
        json_schema_extra={
            "labels": {
                "dense": "Dense: all pairs",
                "random": "Random pairs",
                "cycle": "Cycle: neighbours",
                "disjoint": "Disjoint pairs",
            }
        },
    )
    per_document: int = Field(
        45,
        ge=1,
        le=200,
        title="Likes a person",
        description="Other things are added until each likes so many.",
        json_schema_extra={"advanced": True},
    )
    given: Path | None = Field(
        None,
        title="A LIMIT folder",
        description="A collection that is there already, such as the authors' own, instead of a made one.",
        json_schema_extra={"input": "collection", "advanced": True, "none": "made here"},
    )
    test: Test = "randomization"
    correction: Correction = "holm"
    cache: KeepVectors = True
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the collection (BEIR) and the rankings.",
        json_schema_extra={"output": "folder", "advanced": True},
    )
