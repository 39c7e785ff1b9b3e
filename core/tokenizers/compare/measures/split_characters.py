"""Split characters: those whose bytes lie in several tokens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Ratio, Units, measure
from core.tokenizers.tokenizer import Tokenizer


@measure
class SplitCharacters(Ratio):
    key = "split_characters"
    title = "Split characters"
    description = (
        "Share of the characters whose bytes lie in two tokens or more: the model has to spell them, and "
        "a reader of single tokens sees broken ones."
    )
    better = "low"
    digits = 4
    order = 34
    numerator, denominator = "split_characters", "characters"

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        starts = units.spans[:, 0]
        starts = starts[starts < len(units.data)]
        inside = starts[~units.character_starts[starts]]
        character = np.cumsum(units.character_starts)
        split = np.zeros(len(units.data), bool)
        split[np.flatnonzero(units.character_starts)[character[inside] - 1]] = True
        return {"split_characters": units.sum_bytes(split)}
