"""Sampling: a token drawn by its probability, after the samplers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from core.generation.strategies.strategy import Strategy, strategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.generation.decoding.law import Law
    from core.generation.decoding.writing import Decoding, Writing
    from core.generation.language.language_model import LanguageModel


@strategy
class Sample(Strategy):
    title: ClassVar[str] = "Sampling"
    sentence: ClassVar[str] = "Drawn by probability, after the samplers, with the run's seed."
    random: ClassVar[bool] = True

    kind: Literal["sample"] = "sample"

    def write(
        self, language: LanguageModel, writings: Sequence[Writing], decoding: Decoding
    ) -> Iterator[None]:
        from core.generation.decoding.draw import draw
        from core.generation.decoding.stepwise import step_by_step

        def choose(law: Law, number: int, writing: Writing) -> tuple[int, float]:
            scores = decoding.scores(law.logits[number], writing, writing.drawn)
            return draw(scores, writing.random.random())

        return step_by_step(language, writings, decoding, choose)
