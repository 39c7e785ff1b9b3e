"""The ensemble job, declared."""

from __future__ import annotations

from core.generation.ensemble.request import EnsembleRequest
from core.generation.ensemble.result import EnsembleResult
from core.jobs.registry import JobKind, declare

ENSEMBLE = declare(
    JobKind(
        kind="ensemble",
        title="Ensemble",
        summary="Let models of different vocabularies write as one, byte by byte, and measure what they "
        "foretell together.",
        request=EnsembleRequest,
        result=EnsembleResult,
        run="core.generation.ensemble.run:ensemble",
        preview="core.generation.ensemble.preview:preview",
        command=("ensemble",),
        panel="generation",
    )
)
