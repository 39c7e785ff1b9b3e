"""Smoothness by layer, and how long the vectors of the residual stream are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu

from app.figures import fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.model_signs import ModelSign
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.lens.result import LensResult, Looked

LAYER = Axis("layer")
AXES = {"raw": Axis("mean cosine"), "centred": Axis("mean cosine, centred"), "norms": Axis("median norm")}
VIEWS = (("raw", "Raw"), ("centred", "Centred"), ("norms", "Norms"), ("table", "Table"))
MEANING = {
    "raw": "The mean cosine of each token's state with the next one's; layer 0 is the embedding.",
    "centred": "The same once the mean state of {reference} is taken away: where all states point the same "
    "way, the raw figure flatters.",
    "norms": "The median length of the vectors in the residual stream.",
    "table": "Smoothness raw and centred, and the median norm.",
}


@dataclass(frozen=True)
class Row:
    layer: int
    figures: dict[tuple[str, int], float]


def figures_of(looked: Looked) -> dict[str, list[float]]:
    """What there is of a model: layer by layer."""
    found: dict[str, list[float]] = {}
    if looked.smoothness is not None:
        found |= {"raw": looked.smoothness.raw, "centred": looked.smoothness.centred}
    if looked.norms is not None:
        found["norms"] = looked.norms.median
    return found


class SmoothnessCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("How alike neighbouring states are")
        self._models: list[tuple[ModelSign, dict[str, list[float]]]] = []
        self._reference = "the prompt"
        self.view = Segmented("Smoothness", VIEWS)
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.view)
        self.plot = LinePlot("Smoothness by layer")
        self.table = FiguresTable(
            session, "Smoothness by layer", (Column("layer", lambda row: row.layer, right=True),), stretched=0
        )
        self.meaning = Words(role="small")
        offer_picture(self.plot, session, more)
        self.table.menu_asked.connect(more)
        for widget in (self.plot, self.table, self.meaning):
            self.column.addWidget(widget)
        self._switch(self.view.key)

    def show_result(self, result: LensResult, signs: Sequence[ModelSign]) -> None:
        self._models = [
            (sign, found)
            for sign, looked in zip(signs, result.models, strict=True)
            if (found := figures_of(looked))
        ]
        self._reference = result.reference or "the prompt"
        self.setVisible(bool(self._models))
        keys = [(kind, place) for place in range(len(self._models)) for kind in ("raw", "centred", "norms")]
        names = {"raw": "raw", "centred": "centred", "norms": "norm"}
        self.table.figures.set_columns(
            [
                Column("layer", lambda row: row.layer, right=True),
                *(
                    Column(
                        f"{self._models[place][0].name}, {names[kind]}",
                        partial(_figure, (kind, place)),
                        partial(fixed, places=3),
                        right=True,
                    )
                    for kind, place in keys
                ),
            ]
        )
        self.table.show_rows(self._rows())
        self._switch(self.view.key)

    def _rows(self) -> list[Row]:
        count = max((len(values) for _, found in self._models for values in found.values()), default=0)
        return [
            Row(
                layer,
                {
                    (kind, place): values[layer]
                    for place, (_, found) in enumerate(self._models)
                    for kind, values in found.items()
                    if layer < len(values)
                },
            )
            for layer in range(count)
        ]

    @Slot(str)
    def _switch(self, key: Any) -> None:
        self.plot.setVisible(key != "table")
        self.table.setVisible(key == "table")
        self.meaning.say(MEANING[key].format(reference=self._reference))
        if key in AXES:
            lines = [
                Series(sign.name, sign.number, [float(n) for n in range(len(found[key]))], found[key])
                for sign, found in self._models
                if key in found
            ]
            self.plot.show_series(lines, LAYER, AXES[key])


def _figure(key: tuple[str, int], row: Row) -> float | None:
    return row.figures.get(key)
