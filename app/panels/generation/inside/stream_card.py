"""How the residual stream turns from the token read to the token foretold, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.widgets.card import Card
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.subnetwork.result import StreamPoint, SubnetworkResult

LAYER, COSINE = Axis("layer"), Axis("mean cosine")
MEANING = (
    "Embedding: cosine of the residual stream with the embedding of the token read. Output: behind the final "
    "norm, with the head's row of the token that is thought likeliest in the end. Layer 0 is the embedding."
)


class StreamCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("From the token read to the token foretold")
        self.plot = LinePlot("Direction of the residual stream by layer")
        self.meaning = Words(MEANING, "small")
        offer_picture(self.plot, session, more)
        self.column.addWidget(self.plot)
        self.column.addWidget(self.meaning)

    def show_result(self, result: SubnetworkResult) -> None:
        told = result.told()
        self.setVisible(bool(told.stream))
        lines = [
            *_lines("whole model", 0, result.stream),
            *_lines(f"λ {told.penalty:g}", 2, told.stream),
        ]
        self.plot.show_series(lines, LAYER, COSINE)


def _lines(name: str, number: int, points: Sequence[StreamPoint]) -> list[Series]:
    layers = [float(point.layer) for point in points]
    return [
        Series(f"{name}: embedding", number, layers, [point.embedding for point in points]),
        Series(f"{name}: output", number + 1, layers, [point.output for point in points]),
    ]
