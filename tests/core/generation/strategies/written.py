"""Texts written by a strategy, without the job around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.generation.decoding.draw import chance
from core.generation.decoding.text import Text
from core.generation.decoding.writing import Decoding, Writing
from core.generation.language.language_model import LanguageModel
from core.generation.samplers import Sampler
from core.generation.strategies import Strategy
from core.tokenizers.shown import Labels
from tests.core.generation.starters import context


def written(
    strategy: Strategy,
    language: LanguageModel,
    prompts: Sequence[Sequence[int]],
    folder: Path,
    *,
    tokens: int | None = 16,
    samplers: Sequence[Sampler] = (),
    forced: Sequence[int] = (),
    stop: Sequence[bytes] = (),
    seed: int = 0,
) -> list[Writing]:
    """All of them at once, to their ends; number i with the chances of prompt i."""
    decoding = Decoding(context(folder), samplers, 5, tokens)
    labels = Labels(language.tokenizer.vocabulary)
    writings = [
        Writing(
            language,
            labels,
            prompt,
            text=Text(stop=stop),
            decoding=decoding,
            random=chance(seed, number, 0),
            forced=forced,
        )
        for number, prompt in enumerate(prompts)
    ]
    for _ in strategy.write(language, writings, decoding):
        pass
    return writings
