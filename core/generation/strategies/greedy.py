"""Greedy: always the likeliest token."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.generation.strategies.strategy import Strategy, strategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.generation.decoding.law import Law
    from core.generation.decoding.writing import Decoding, Writing
    from core.generation.language.language_model import LanguageModel


@strategy
class Greedy(Strategy):
    title: ClassVar[str] = "Greedy"
    sentence: ClassVar[str] = "Always the likeliest token; of those that tie, the one with the lowest number."

    kind: Literal["greedy"] = "greedy"

    def write(
        self, language: LanguageModel, writings: Sequence[Writing], decoding: Decoding
    ) -> Iterator[None]:
        from core.generation.decoding.stepwise import step_by_step
        from core.generation.decoding.writing import argmax

        def choose(law: Law, number: int, writing: Writing) -> tuple[int, float | None]:
            if decoding.is_plain(writing):
                return law.best[number], None
            return argmax(decoding.scores(law.logits[number], writing, writing.drawn))

        return step_by_step(language, writings, decoding, choose)
