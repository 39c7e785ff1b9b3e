"""The job of speculative decoding, declared."""

from __future__ import annotations

from core.generation.draft.request import DraftRequest
from core.generation.draft.result import DraftResult
from core.jobs.registry import JobKind, declare

DRAFT = declare(
    JobKind(
        kind="draft",
        title="Draft",
        summary="Let a small model propose tokens, also of another vocabulary, which the target verifies "
        "several at a time.",
        request=DraftRequest,
        result=DraftResult,
        run="core.generation.draft.run:draft",
        preview="core.generation.draft.preview:preview",
        command=("draft",),
        panel="generation",
    )
)
