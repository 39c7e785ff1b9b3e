"""A result as a healing gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.heal.result import HealPoint, HealResult


def points(*rates: float, apart: int = 1_000) -> list[HealPoint]:
    """One every `apart` tokens, of four bytes each."""
    return [
        HealPoint(tokens=apart * n, bytes=4 * apart * n, bits_per_byte=rate) for n, rate in enumerate(rates)
    ]


def result(rates: Sequence[float] = (2.6, 2.2, 1.9, 1.8), **changes: Any) -> HealResult:
    """Heals to 1.8 in 3,000 tokens; the base has 2.0."""
    whole: dict[str, Any] = {
        "out": "/nowhere/model",
        "model": "/models/graft",
        "base": "/models/prose-unigram",
        "train": "embeddings",
        "settings": {"steps": 3, "batch": 8, "learning_rate": 0.0005, "context": 128},
        "parameters": 5_261_568,
        "trained": 2_097_152,
        "rows": 8_192,
        "steps": 3,
        "tokens": 3_000,
        "text_tokens": 6_000,
        "text_bytes": 24_000,
        "held_out_from_end": True,
        "bytes": {"prose.txt": 2_000, "日本語.txt": 1_000, "all": 3_000},
        "before": {"prose.txt": 2.5, "日本語.txt": 2.8, "all": rates[0]},
        "after": {"prose.txt": 1.7, "日本語.txt": 2.0, "all": rates[-1]},
        "goal": {"prose.txt": 1.9, "日本語.txt": 2.2, "all": 2.0},
        "curve": points(*rates),
        "seconds": 61.0,
    }
    return HealResult.model_validate({**whole, **changes})
