"""All that a measured text tells about a transplant, as the fields of a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.transplant.evaluate import Scored, compared, parts
from core.transplant.evidence.agreement import agreement
from core.transplant.evidence.intervals import intervals
from core.transplant.evidence.perplexity import perplexity_ratios
from core.transplant.texts import Slice


def of_text(
    slices: Sequence[Slice],
    before: list[list[Scored]],
    after: list[list[Scored]],
    *,
    approximated: NDArray[np.bool_],
    spelt: tuple[Sequence[bytes], Sequence[bytes]],
    seed: int,
) -> dict[str, Any]:
    """Fields of a `TransplantResult`: bits per byte with intervals, tokens, parts, perplexity, agreement.

    Args:
        before, after: the same passages by both models.
        approximated: (vocabulary,) whether a target id's row was made rather than copied.
        spelt: what each token of the base's and of the target's vocabulary stands for.
        seed: of the resampling.
    """
    rates, tokens, size = compared(slices, before, after)
    return {
        "bits_per_byte": rates,
        "tokens": tokens,
        "bytes": size,
        "parts": parts(slices, before, after, approximated),
        "parts_by_input": parts(slices, before, after, approximated, by_input=True),
        "intervals": intervals(slices, before, after, seed),
        "perplexity": perplexity_ratios(slices, before, after),
        "agreement": agreement(slices, before, after, *spelt),
    }
