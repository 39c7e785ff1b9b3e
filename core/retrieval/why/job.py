"""The job that tells why, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.why.request import WhyRequest
from core.retrieval.why.result import WhyResult

WHY = declare(
    JobKind(
        kind="retrieval-why",
        title="Why this document",
        summary="Split the score of a document for a query among the words of both.",
        request=WhyRequest,
        result=WhyResult,
        run="core.retrieval.why.run:why",
        command=("retrieval", "why"),
        panel="retrieval",
    )
)
