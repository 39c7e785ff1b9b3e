"""What measuring finished rankings is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.jobs.request import Request
from core.retrieval.fields import DEFAULT_MEASURES, Measures


class MetricsRequest(Request):
    """``lexigraft metrics --qrels Q --run R``."""

    qrels: Path = Field(
        title="Judgements",
        description="Lines of query, iteration, document and grade (TREC), or a table of query, document and "
        "grade (BEIR's qrels).",
        json_schema_extra={"input": "file"},
    )
    runs: list[Path] = Field(
        min_length=1,
        title="Runs",
        description="Lines of query, Q0, document, rank, score and name. Scores decide, as in trec_eval.",
        json_schema_extra={"input": "file", "also": "run"},
    )
    measures: Measures = DEFAULT_MEASURES
    per_query: bool = Field(False, title="Each query", description="Tell the values of each query, too.")
    queries: Literal["judged", "both"] = Field(
        "judged",
        title="Queries",
        description="Which count: all that have judgements, those that the run lacks with 0 (trec_eval -c); "
        "or only those that the run has, too.",
        json_schema_extra={
            "advanced": True,
            "labels": {"judged": "All with judgements", "both": "Those in the run"},
        },
    )
    level: int = Field(
        1,
        ge=1,
        title="Relevant from grade",
        description="The lowest grade that is relevant (trec_eval -l).",
        json_schema_extra={"advanced": True},
    )
    depth: int | None = Field(
        None,
        ge=1,
        title="Depth",
        description="How many hits of each query count (trec_eval -M).",
        json_schema_extra={"advanced": True, "none": "all"},
    )
    judged_only: bool = Field(
        False,
        title="Judged only",
        description="Leave out hits without judgement (trec_eval -J).",
        json_schema_extra={"advanced": True},
    )
    precision: Literal["single", "double"] = Field(
        "single",
        title="Precision of scores",
        description="In which scores are ordered: single as in trec_eval 9 and pytrec_eval, double as in "
        "trec_eval 10.",
        json_schema_extra={"advanced": True, "labels": {"single": "Single", "double": "Double"}},
    )
    documents: int = Field(
        0,
        ge=0,
        title="Documents",
        description="How many there are in the collection (trec_eval -N), which utility may ask.",
        json_schema_extra={"advanced": True},
    )
