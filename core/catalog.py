"""Every job there is. The one module that knows all engines: it imports each one's light side by name."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from core.jobs.registry import JobKind, job_kinds

_JOBS = (
    "core.transplant.job",
    "core.heal.job",
    "core.retrieval.evaluate.job",
    "core.retrieval.collections.job",
    "core.retrieval.compare.job",
    "core.retrieval.metrics.job",
    "core.retrieval.limit.job",
    "core.retrieval.critical.job",
    "core.retrieval.compress.job",
    "core.retrieval.study.job",
    "core.retrieval.why.job",
    "core.retrieval.map.job",
    "core.retrieval.intrinsic.job",
    "core.generation.generate.job",
    "core.generation.score.job",
    "core.generation.bytes.job",
    "core.generation.ensemble.job",
    "core.generation.fill.job",
    "core.generation.draft.job",
    "core.generation.lens.job",
    "core.generation.subnetwork.job",
    "core.generation.masked.job",
    "core.merged.job",
    "core.tokenizers.job",
    "core.audit.job",
    "core.training.job",
    "core.models.job",
    "core.generation.memory.job",
    "core.project.job",
)
"""In the order in which the command line lists them."""


def load_catalog() -> tuple[JobKind, ...]:
    """Declare all jobs (once; without torch), and return them in the catalogue's order."""
    for module in _JOBS:
        importlib.import_module(module)
    return tuple(_ordered())


def _ordered() -> Iterator[JobKind]:
    kinds = list(job_kinds())
    for module in _JOBS:
        package = module.removesuffix(".job")
        yield from (kind for kind in kinds if kind.request.__module__.startswith(f"{package}."))
