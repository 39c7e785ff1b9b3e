"""The trial of compression, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CompressResult

COMPRESS = declare(
    JobKind(
        kind="retrieval-compress",
        title="Compress an index",
        summary="Put a collection's vectors into many codes, and measure the bytes that each saves and the "
        "quality that it costs.",
        request=CompressRequest,
        result=CompressResult,
        run="core.retrieval.compress.run:compress",
        preview="core.retrieval.compress.preview:preview",
        command=("retrieval", "compress"),
        panel="retrieval",
        resumable=True,
    )
)
