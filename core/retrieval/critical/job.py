"""The search for critical numbers of documents, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.critical.request import CriticalRequest
from core.retrieval.critical.result import CriticalResult

CRITICAL = declare(
    JobKind(
        kind="critical-n",
        title="What a dimension can hold",
        summary="Optimise vectors freely, without any text, and find up to how many documents every set of k "
        "can be the nearest of some query.",
        request=CriticalRequest,
        result=CriticalResult,
        run="core.retrieval.critical.run:critical",
        preview="core.retrieval.critical.preview:preview",
        command=("retrieval", "critical"),
        panel="retrieval",
        resumable=True,
    )
)
