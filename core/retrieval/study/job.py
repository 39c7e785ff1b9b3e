"""The study of pooling and attention, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.study.request import StudyRequest
from core.retrieval.study.result import StudyResult

STUDY = declare(
    JobKind(
        kind="pooling-study",
        title="Study pooling and attention",
        summary="Compare all poolings and both kinds of attention on one model, with heads trained on your "
        "pairs, and say which differences are real.",
        request=StudyRequest,
        result=StudyResult,
        run="core.retrieval.study.run:study",
        preview="core.retrieval.study.preview:preview",
        command=("retrieval", "study"),
        panel="retrieval",
    )
)
