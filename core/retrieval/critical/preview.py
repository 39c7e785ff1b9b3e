"""What can be said of a search for critical numbers before it runs: its size and its time."""

from __future__ import annotations

import math

from core.jobs.preview import Preview
from core.retrieval.critical.paper import FIT, cubic
from core.retrieval.critical.request import CriticalRequest

_START = 2.0
"""Seconds to load torch."""
_TRIALS, _STEPS = 3, 3_500
"""Numbers of documents tried for a width, and steps of each, in the middle."""
_A_STEP = 7e-5
_A_PAIR = 3e-9
"""Seconds of a step on one core: whatever its size, and for each query and document."""


def preview(request: CriticalRequest) -> Preview:
    """Never raises; loads nothing."""
    widths = request.widths()
    sizes = [_pairs(width, request.k) for width in widths]
    seconds = sum(_TRIALS * _STEPS * (_A_STEP + _A_PAIR * size) for size in sizes)
    notes = {"dimensions": f"{len(widths)} widths, from {widths[0]} to {widths[-1]}"}
    return Preview(
        notes=notes,
        seconds=_START + request.seeds * seconds,
        memory_bytes=400_000_000 + round(12 * max(sizes)),
    )


def _pairs(width: int, k: int) -> float:
    """Queries times documents at about the critical n."""
    n = max(k + 1.0, cubic(FIT, width))
    return math.comb(round(n), k) * n
