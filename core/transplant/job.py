"""The transplant jobs, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult
from core.transplant.sweep.request import SweepRequest
from core.transplant.sweep.result import SweepResult

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

SWEEP = declare(
    JobKind(
        kind="sweep",
        title="Sweep",
        summary="Try many methods and parameters on one pair of models, and rank them by what they cost.",
        request=SweepRequest,
        result=SweepResult,
        run="core.transplant.sweep.run:sweep",
        preview="core.transplant.sweep.preview:preview",
        command=("sweep",),
        panel="transplant",
        resumable=True,
    )
)
