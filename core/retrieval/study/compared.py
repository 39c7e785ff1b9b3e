"""Ways compared on the same queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.result_parts import Comparison
from core.retrieval.significance import compare, corrected
from core.retrieval.study.result import PRIMARY


def compared(
    asked: Sequence[tuple[str, str]],
    primary: Mapping[str, NDArray[np.float64]],
    test: str,
    correction: str,
    ctx: Context,
) -> list[Comparison]:
    """Each pair of ways; p corrected for the number of pairs.

    Args:
        primary: way → value of each query.
    """
    tested = []
    for number, (a, b) in enumerate(asked):
        ctx.progress(number, len(asked), "Testing the differences")
        tested.append(compare(primary[a], primary[b], test=test, seed=ctx.seed))
    adjusted = corrected([found.p for found in tested], correction)
    return [
        Comparison(
            a=a,
            b=b,
            measure=PRIMARY,
            difference=found.difference,
            low=found.low,
            high=found.high,
            p=found.p,
            adjusted=p,
            effect=found.effect,
            wins=found.wins,
            losses=found.losses,
            ties=found.ties,
            detectable=found.detectable,
        )
        for (a, b), found, p in zip(asked, tested, adjusted, strict=True)
    ]
