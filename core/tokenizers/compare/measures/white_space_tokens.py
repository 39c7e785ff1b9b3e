"""White-space tokens: what indentation and line ends take up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Ratio, Units, measure
from core.tokenizers.compare.token_table import token_table
from core.tokenizers.tokenizer import Tokenizer


@measure
class WhiteSpaceTokens(Ratio):
    key = "white_space_tokens"
    title = "White-space tokens"
    description = (
        "Share of the tokens that are nothing but white space. In code it is indentation; there it tells "
        "tokenizers that have long runs of spaces from those that have not."
    )
    better = "low"
    order = 35
    numerator, denominator = "space_tokens", "tokens"

    def columns(self, units: Units, tokenizer: Tokenizer) -> Mapping[str, NDArray[np.int64]]:
        return {"space_tokens": units.sum_tokens(token_table(tokenizer).space[units.ids])}
