"""The filling job, declared."""

from __future__ import annotations

from core.generation.fill.request import FillRequest
from core.generation.fill.result import FillResult
from core.jobs.registry import JobKind, declare

FILL = declare(
    JobKind(
        kind="fill",
        title="Fill in",
        summary="Fill the gap between two texts, and study what follows prompts that end anywhere: "
        "exactly, with token healing, plainly foretold.",
        request=FillRequest,
        result=FillResult,
        run="core.generation.fill.run:fill",
        preview="core.generation.fill.preview:preview",
        command=("fill",),
        panel="generation",
    )
)
