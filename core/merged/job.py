"""The job of dynamic tokenization at decode time, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.merged.request import MergedRequest
from core.merged.result import MergedResult

MERGED = declare(
    JobKind(
        kind="merged",
        title="Merged tokens",
        summary="Read a text with merged tokens and write with up to a million further ones, and say what "
        "that saves and costs.",
        request=MergedRequest,
        result=MergedResult,
        run="core.merged.run:merged",
        preview="core.merged.preview:preview",
        command=("merged",),
        panel="generation",
    )
)
