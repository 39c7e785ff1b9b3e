"""Round numbers along an axis."""

from __future__ import annotations

import math


def nice_step(step: float) -> float:
    """The round number (1, 2 or 5 times a power of ten) at or above `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, about `most` of them."""
    if not high > low:
        return []
    step = nice_step((high - low) / max(1, most))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_places(values: list[float]) -> int:
    """Decimals with which ticks are written: those of the step, or of a single one its own."""
    if len(values) == 1:
        return next((places for places in range(6) if math.isclose(round(values[0], places), values[0])), 6)
    step = values[1] - values[0] if values else 1.0
    return max(0, -math.floor(math.log10(step) + 1e-9))
