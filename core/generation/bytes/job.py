"""The job that foretells the next byte, declared."""

from __future__ import annotations

from core.generation.bytes.request import BytesRequest
from core.generation.bytes.result import BytesResult
from core.jobs.registry import JobKind, declare

BYTES = declare(
    JobKind(
        kind="bytes",
        title="Next byte",
        summary="Foretell the next byte after a prompt that may end anywhere, even within a word or a "
        "character, and write on byte by byte.",
        request=BytesRequest,
        result=BytesResult,
        run="core.generation.bytes.run:bytes_",
        preview="core.generation.bytes.preview:preview",
        command=("bytes",),
        panel="generation",
    )
)
