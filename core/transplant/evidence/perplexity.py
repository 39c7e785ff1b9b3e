"""TokenAdapt's perplexity ratio (arXiv 2505.09738), with its warning: tokens of two tokenizers are not alike.

The fewer and longer a tokenizer's tokens, the higher the perplexity of each at equal bits per byte. The mean
over blocks is led by a few outliers, as the paper's own tables show; the median is not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.transplant.evaluate import Scored
from core.transplant.evidence.blocks import Blocks, blocks
from core.transplant.result import PerplexityRatio
from core.transplant.texts import ALL, Slice

_MOST = 900.0
"""Bits, so that no mean of powers leaves the numbers."""


def perplexity_ratios(
    slices: Sequence[Slice], before: list[list[Scored]], after: list[list[Scored]]
) -> list[PerplexityRatio]:
    """By slice and for ``all``: perplexity per token after over before, of the whole and by blocks."""
    pairs = {text.name: blocks(old, new) for text, old, new in zip(slices, before, after, strict=True)}
    pairs = {name: pair for name, pair in pairs.items() if len(pair[0].bits)}
    if pairs:
        pairs[ALL] = _joined([old for old, _ in pairs.values()]), _joined([new for _, new in pairs.values()])
    found = []
    for name, (old, new) in pairs.items():
        one, other = old.bits.sum() / old.tokens.sum(), new.bits.sum() / new.tokens.sum()
        by_block = np.exp2(np.minimum(new.bits / new.tokens - old.bits / old.tokens, _MOST))
        found.append(
            PerplexityRatio(
                slice=name,
                before=_power(one),
                after=_power(other),
                ratio=_power(other - one),
                median=float(np.median(by_block)),
                mean=float(by_block.mean()),
            )
        )
    return found


def _power(bits: float) -> float:
    return float(np.exp2(min(bits, _MOST)))


def _joined(parts: Sequence[Blocks]) -> Blocks:
    return Blocks(
        np.concatenate([part.bits for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.bytes for part in parts]),
    )
