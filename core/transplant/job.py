"""The transplant job, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult

TRANSPLANT = declare(
    JobKind(
        kind="transplant",
        title="Transplant",
        summary="Move a model onto another tokenizer, and measure what that costs.",
        request=TransplantRequest,
        result=TransplantResult,
        run="core.transplant.run:transplant",
        preview="core.transplant.preview:preview",
        command=("transplant",),
        panel="transplant",
        resumable=True,
    )
)
