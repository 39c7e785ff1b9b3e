"""To which model the texts are owed, along them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.widgets.card import Card
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from app.session import Session
    from app.widgets.model_signs import ModelSign
    from core.generation.ensemble.result import Stretch

OWED, BITS = "owed", "bits"


class SharesCard(Card):
    """Window by window: how much is owed to each model, or what it cost each."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Along the text")
        self.which = Segmented("What is drawn", ((OWED, "Owed to"), (BITS, "Bits per byte")))
        self.head.addWidget(self.which)
        self.plot = LinePlot("Along the text, by model")
        self.column.addWidget(self.plot)
        self._stretches: tuple[Stretch, ...] = ()
        self._signs: tuple[ModelSign, ...] = ()
        self._together = 0
        self.which.chosen.connect(lambda key: self._draw())
        offer_picture(self.plot, session, more)

    def show_stretches(self, stretches: Sequence[Stretch], signs: Sequence[ModelSign], together: int) -> None:
        """`together` is the colour of all of them."""
        self._stretches, self._signs, self._together = tuple(stretches), tuple(signs), together
        self._draw()

    def _draw(self) -> None:
        ends, at = [], 0
        for one in self._stretches:
            at += one.bytes
            ends.append(float(at))
        bits = self.which.key == BITS
        lines = [
            Series(
                sign.name,
                sign.number,
                ends,
                [(one.members if bits else one.owed)[place] for one in self._stretches],
            )
            for place, sign in enumerate(self._signs)
        ]
        if bits:
            lines.append(Series("together", self._together, ends, [one.together for one in self._stretches]))
        self.plot.show_series(lines, Axis("byte"), Axis("bits per byte" if bits else "share of each byte"))
