"""The generation job, declared."""

from __future__ import annotations

from core.generation.generate.request import GenerateRequest
from core.generation.generate.result import GenerationResult
from core.jobs.registry import JobKind, declare

GENERATE = declare(
    JobKind(
        kind="generate",
        title="Generate",
        summary="Let one to four models write on from a prompt, side by side, and keep what each thought of "
        "every token.",
        request=GenerateRequest,
        result=GenerationResult,
        run="core.generation.generate.run:generate",
        preview="core.generation.generate.preview:preview",
        command=("generate",),
        panel="generation",
    )
)
