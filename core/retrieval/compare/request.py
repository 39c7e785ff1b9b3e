"""What a comparison of finished rankings is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from core.jobs.request import Request
from core.retrieval.fields import DEFAULT_MEASURES, Correction, Measures, Test


class CompareRequest(Request):
    """``lexigraft retrieval compare --qrels Q --run A --run B``. Judgements are those of `qrels`, or else of
    `collection`, or else of the first of `results`."""

    runs: list[Path] = Field(
        default_factory=list,
        title="Runs",
        description="TREC run files: lines of query, Q0, document, rank, score and name.",
        json_schema_extra={"input": "file", "also": "run"},
    )
    results: list[Path] = Field(
        default_factory=list,
        title="Evaluations",
        description="Folders that evaluations wrote: all their systems.",
        json_schema_extra={"input": "evaluation", "also": "result"},
    )
    qrels: Path | None = Field(
        None,
        title="Judgements",
        description="A file of TREC or of BEIR.",
        json_schema_extra={"input": "file", "none": "of the collection or the evaluations"},
    )
    collection: Path | None = Field(
        None,
        title="Collection",
        description="Its texts are recorded, so that single queries can be looked at.",
        json_schema_extra={"input": "collection", "none": "none: ids only"},
    )
    measures: Measures = DEFAULT_MEASURES
    test: Test = "randomization"
    correction: Correction = "holm"
    split: str = Field(
        "test",
        title="Split",
        description="Which table of the collection's judgements: qrels/SPLIT.tsv.",
        json_schema_extra={"advanced": True},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the record that Why reads, where the collection is known.",
        json_schema_extra={"output": "folder", "optional": True, "advanced": True},
    )
