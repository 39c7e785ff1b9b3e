"""How the masks are learnt: nearness to the bigram, and the share of weights kept, by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu

from app.widgets.card import Card
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.subnetwork.result import MaskPoint

STEP = Axis("step")
AXES = {"divergence": Axis("bits from the bigram"), "kept": Axis("% of weights kept", logarithmic=True)}
MEANING = {
    "divergence": "How far the masked model's law is from the bigram's on the batches learnt from, masks "
    "still soft, in bits a token.",
    "kept": "The share of weights whose mask is above zero, and which would be kept if learning ended there.",
}


class LearningCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Learning the masks")
        self._points: Sequence[MaskPoint] = ()
        self.view = Segmented("Curve", (("divergence", "From the bigram"), ("kept", "Kept")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.view)
        self.plot = LinePlot("Learning the masks, step by step")
        self.meaning = Words(role="small")
        offer_picture(self.plot, session, more)
        self.column.addWidget(self.plot)
        self.column.addWidget(self.meaning)
        self._switch(self.view.key)

    def show_points(self, points: Sequence[MaskPoint]) -> None:
        self._points = points
        self.setVisible(bool(points))
        self._switch(self.view.key)

    @Slot(str)
    def _switch(self, key: Any) -> None:
        lines = []
        for number, penalty in enumerate(dict.fromkeys(point.penalty for point in self._points)):
            own = sorted((p for p in self._points if p.penalty == penalty), key=lambda point: point.step)
            values = [100 * point.kept if key == "kept" else point.divergence for point in own]
            lines.append(Series(f"λ {penalty:g}", number, [float(point.step) for point in own], values))
        self.plot.show_series(lines, STEP, AXES[key])
        self.meaning.say(MEANING[key])
