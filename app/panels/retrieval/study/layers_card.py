"""nDCG@10 against the layer whose states are pooled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.widgets.card import Card
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from core.retrieval.study.result import value

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.study.result import StudyResult

FEWEST = 2
"""Layers that make a line."""


def lines_of(result: StudyResult) -> list[Series]:
    found: dict[str, dict[int, float]] = {}
    for cell in result.cells:
        if not cell.trained:
            found.setdefault(f"{cell.pooling} · {cell.attention}", {})[cell.layer] = value(cell)
    lines = [(name, points) for name, points in found.items() if len(points) >= FEWEST]
    return [
        Series(
            name,
            number,
            [float(layer) for layer in sorted(points)],
            [points[layer] for layer in sorted(points)],
        )
        for number, (name, points) in enumerate(lines)
    ]


class LayersCard(Card):
    """Hidden where the last layer alone was pooled."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("By layer")
        self.plot = LinePlot("nDCG@10 against the layer")
        offer_picture(self.plot, session, more)
        self.column.addWidget(self.plot)

    def show_result(self, result: StudyResult) -> None:
        lines = lines_of(result)
        self.setVisible(bool(lines))
        self.plot.show_series(lines, Axis("layer"), Axis("nDCG@10"))
