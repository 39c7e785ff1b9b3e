"""Filling masks, declared as a job."""

from __future__ import annotations

from core.generation.masked.request import MaskedRequest
from core.generation.masked.result import MaskedResult
from core.jobs.registry import JobKind, declare

MASKED = declare(
    JobKind(
        kind="masked",
        title="Fill masks",
        summary="Ask an encoder which words may stand in a text's masks, or how surprised it is by a text.",
        request=MaskedRequest,
        result=MaskedResult,
        run="core.generation.masked.run:masked",
        preview="core.generation.masked.preview:preview",
        command=("masked",),
        panel="generation",
    )
)
