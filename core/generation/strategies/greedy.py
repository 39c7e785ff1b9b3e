"""Greedy: always the likeliest token."""

from __future__ import annotations

from typing import ClassVar, Literal

from core.generation.strategies.strategy import Strategy, strategy


@strategy
class Greedy(Strategy):
    title: ClassVar[str] = "Greedy"
    sentence: ClassVar[str] = "Always the likeliest token; of those that tie, the one with the lowest number."

    kind: Literal["greedy"] = "greedy"
