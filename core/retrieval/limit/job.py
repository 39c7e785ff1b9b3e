"""The LIMIT test, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.limit.request import LimitRequest
from core.retrieval.limit.result import LimitResult

LIMIT = declare(
    JobKind(
        kind="retrieval-limit",
        title="Your model on LIMIT",
        summary="Make a collection in which every pair of documents belongs to some query, and see how much "
        "of it single vectors find, and words.",
        request=LimitRequest,
        result=LimitResult,
        run="core.retrieval.limit.run:limit",
        preview="core.retrieval.limit.preview:preview",
        command=("retrieval", "limit"),
        panel="retrieval",
        resumable=True,
    )
)
