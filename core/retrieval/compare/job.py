"""The comparison job, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.compare.request import CompareRequest
from core.retrieval.evaluate.result import EvaluationResult

COMPARE = declare(
    JobKind(
        kind="retrieval-compare",
        title="Compare runs",
        summary="Compare finished rankings: means, intervals, paired tests, corrected for their number.",
        request=CompareRequest,
        result=EvaluationResult,
        run="core.retrieval.compare.run:compare_runs",
        preview="core.retrieval.compare.preview:preview",
        command=("retrieval", "compare"),
        panel="retrieval",
    )
)
