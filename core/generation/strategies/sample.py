"""Sampling: a token drawn by its probability, after the samplers."""

from __future__ import annotations

from typing import ClassVar, Literal

from core.generation.strategies.strategy import Strategy, strategy


@strategy
class Sample(Strategy):
    title: ClassVar[str] = "Sampling"
    sentence: ClassVar[str] = "Drawn by probability, after the samplers, with the run's seed."

    kind: Literal["sample"] = "sample"
