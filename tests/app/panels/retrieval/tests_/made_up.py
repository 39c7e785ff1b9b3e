"""Intrinsic tests as a run gives them."""

from __future__ import annotations

from typing import Any

from core.retrieval.intrinsic.result import (
    IntrinsicFigure,
    IntrinsicResult,
    Published,
    Section,
    Spread,
    TestRow,
)
from core.retrieval.result_parts import Skipped


def figure(name: str, value: float, published: str = "") -> IntrinsicFigure:
    said = [Published(who="people (N = 32)", value=published, source="somebody 1998")] if published else []
    return IntrinsicFigure(name=name, value=value, meaning=f"what {name} is", published=said)


def row(test: str, data: str, *figures: IntrinsicFigure, **more: Any) -> TestRow:
    whole = {"test": test, "title": test.capitalize(), "data": data, "used": 90, "count": 100}
    return TestRow.model_validate({**whole, "figures": figures, **more})


def result(**changes: Any) -> IntrinsicResult:
    ties = figure("ties", 0).model_copy(update={"whole": True})
    rows = [
        row("triplets", "own.tsv", figure("accuracy", 0.75), ties,
            spread=Spread(title="Margins", edges=[-0.2, 0, 0.2, 0.4], counts=[20, 40, 30])),
        row("analogies", "google.txt", figure("3CosAdd", 0.5), notes=["Answers come from 30,000 words."],
            sections=[Section(name="family", right=30, asked=40), Section(name="gram1", right=5, asked=50)]),
        row("weat", "1. Flowers and Insects", figure("effect size", 1.081, "1.35"), figure("p", 0.00002)),
        row("hubs", "help", figure("skewness", 1.5),
            spread=Spread(title="Occurrences", edges=[0, 1, 2, 3], counts=[10, 60, 20])),
    ]  # fmt: skip
    whole = {
        "encoder": "glove",
        "width": 50,
        "rows": rows,
        "skipped": [Skipped(what="words of WEAT without a vector", count=3, places=["gladiola"])],
        "seconds": 12.0,
    }
    return IntrinsicResult.model_validate({**whole, **changes})
