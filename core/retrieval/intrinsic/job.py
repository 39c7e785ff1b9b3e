"""The intrinsic tests, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.retrieval.intrinsic.request import IntrinsicRequest
from core.retrieval.intrinsic.result import IntrinsicResult

INTRINSIC = declare(
    JobKind(
        kind="intrinsic",
        title="Tests",
        summary="Test an encoder without a search: likeness, triplets, words, bias, the shape of the space.",
        request=IntrinsicRequest,
        result=IntrinsicResult,
        run="core.retrieval.intrinsic.run:measure_encoder",
        preview="core.retrieval.intrinsic.preview:preview",
        command=("retrieval", "test"),
        panel="retrieval",
    )
)
