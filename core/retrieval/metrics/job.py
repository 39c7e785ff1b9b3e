"""The job that measures finished rankings, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.metrics.request import MetricsRequest
from core.retrieval.metrics.result import MetricsResult

METRICS = declare(
    JobKind(
        kind="metrics",
        title="Measure a run",
        summary="Measure rankings (TREC run files) against judgements, as trec_eval does.",
        request=MetricsRequest,
        result=MetricsResult,
        run="core.retrieval.metrics.run:metrics",
        preview="core.retrieval.metrics.preview:preview",
        command=("metrics",),
        also=(("retrieval", "metrics"),),
    )
)
