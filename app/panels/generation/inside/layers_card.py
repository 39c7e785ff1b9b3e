"""The logit lens: a grid of layers and tokens, and the cell that is looked at in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu

from app.panels.generation.inside.layers_grid import LayersGrid, Tint
from app.widgets.card import Card
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.lens.result import LensResult

MEANING = {
    "own": "Each cell is the likeliest next token, had the model ended there; the stronger the tint, the "
    "more probable. The last layer is the model itself.",
    "final": "The stronger the tint, the more probable what the last layer says, had the model ended there.",
    "divergence": "The stronger the tint, the nearer to the last layer's law: 0 bits is the strongest, 8 and "
    "more have none.",
}


class LayersCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("What each layer would say next")
        self.by = Segmented(
            "Tint", (("own", "Its probability"), ("final", "Of the final choice"), ("divergence", "Nearness"))
        )
        self.by.chosen.connect(self._tint)
        self.head.addWidget(self.by)
        self.grid = LayersGrid(session)
        self.grid.menu_asked.connect(more)
        self.told = Words(role="body", selectable=True)
        self.told.setAccessibleName("The cell chosen")
        self.meaning = Words(MEANING["own"], "small")
        for widget in (self.grid, self.told, self.meaning):
            self.column.addWidget(widget)
        self.grid.said.connect(self.told.say)

    def show_result(self, result: LensResult) -> None:
        self.setVisible(result.looked.logit_lens is not None)
        self.grid.show_looked(result.looked)

    @Slot(str)
    def _tint(self, key: Any) -> None:
        self.grid.layers.tint_by(cast("Tint", key))
        self.meaning.say(MEANING[key])
