"""The evaluation job, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.evaluate.result import EvaluationResult

EVALUATE = declare(
    JobKind(
        kind="retrieval",
        title="Evaluate retrieval",
        summary="Rank a collection's documents with several systems, measure them as trec_eval does, and say "
        "which differences are real.",
        request=RetrievalRequest,
        result=EvaluationResult,
        run="core.retrieval.evaluate.run:evaluate",
        preview="core.retrieval.evaluate.preview:preview",
        command=("retrieval", "run"),
        panel="retrieval",
        resumable=True,
    )
)
