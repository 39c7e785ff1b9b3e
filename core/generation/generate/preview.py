"""What can be said of a generation before it runs, without torch."""

from __future__ import annotations

from core.generation.generate.request import GenerateRequest
from core.jobs.preview import Preview


def preview(request: GenerateRequest) -> Preview:
    """Never raises."""
    return Preview()
