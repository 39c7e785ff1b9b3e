"""Looking between the layers, declared."""

from __future__ import annotations

from core.generation.lens.request import LensRequest
from core.generation.lens.result import LensResult
from core.jobs.registry import JobKind, declare

LENS = declare(
    JobKind(
        kind="lens",
        title="Look between the layers",
        summary="Read a prompt, and tell what each layer would foretell, what each token looks at, and how "
        "alike neighbouring states are.",
        request=LensRequest,
        result=LensResult,
        run="core.generation.lens.run:lens",
        preview="core.generation.lens.preview:preview",
        command=("lens",),
        panel="generation",
    )
)
