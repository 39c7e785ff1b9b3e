"""A LIMIT test and a search for critical numbers, as runs give them."""

from __future__ import annotations

from typing import Any

from core.retrieval.critical.result import CriticalPoint, CriticalResult, Cubic, Trial
from core.retrieval.limit.published import beside
from core.retrieval.limit.result import LimitResult
from tests.app.panels.retrieval import made_up


def limit_result(documents: int = 46, **changes: Any) -> LimitResult:
    measures = ("R@2", "R@10", "R@20", "nDCG@10") if documents < 100 else ("R@100", "R@2", "R@10", "R@20")
    evaluated = made_up.result(measures=measures, documents=documents, collection="LIMIT dense")
    more = {
        "pattern": "dense",
        "relevant": 2.0,
        "used": 46,
        "density": 0.9662,
        "words": 1.0,
        "published": [each.model_dump() for each in beside(documents)],
    }
    return LimitResult.model_validate({**evaluated.model_dump(), **more, **changes})


def point(width: int, n: int, seed: int = 42) -> CriticalPoint:
    trials = [
        Trial(n=n, solved=True, accuracy=1.0, loss=0.8, steps=350, seconds=0.2),
        Trial(n=n + 1, solved=False, accuracy=0.985, loss=0.9, steps=4_000, seconds=1.1),
    ]
    return CriticalPoint(dimensions=width, seed=seed, n=n, trials=trials)


def critical_result(**changes: Any) -> CriticalResult:
    found = {2: 3, 3: 4, 4: 9, 5: 13, 6: 19, 7: 24, 8: 28}
    whole = {
        "k": 2,
        "search": "by one",
        "points": [point(width, n) for width, n in found.items()],
        "fit": Cubic(coefficients=(-10.0, 5.0, -0.1, 0.002), r2=0.9991, low=4, high=8),
        "tried": 25,
        "seconds": 9.0,
    }
    return CriticalResult.model_validate({**whole, **changes})
