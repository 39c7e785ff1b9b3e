"""The grid: a row a pooling, a column a kind of attention, coloured by nDCG@10."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QMenu

from app.panels.retrieval.study import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words
from core.retrieval.study.result import value

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.study.result import Cell, StudyResult

ATTENTIONS = ("causal", "bidirectional")
MEANING = (
    "nDCG@10 with its 95 % interval; the stronger the tint, the more. {own} the model's own choice, {better} "
    "surely better than it, {worse} surely worse (p < 0.05{how}); without a mark, the two are not told apart."
)


class Shown(float):
    """A cell's nDCG@10; sorted and copied as the number."""

    text = ""
    share = 0.0


@dataclass(frozen=True)
class Row:
    """One pooling at the layer chosen: what each kind of attention gives."""

    pooling: str
    cells: dict[str, Cell]
    shown: dict[str, Shown]


def rows_of(result: StudyResult, layer: int) -> list[Row]:
    """The best pooling first, as pools at `layer`; heads read all layers, and are always there."""
    values = [value(cell) for cell in result.cells]
    low, high = min(values), max(values)
    found: dict[str, dict[str, Cell]] = {}
    for cell in result.cells:
        if cell.layer == layer or cell.trained:
            found.setdefault(cell.pooling, {})[cell.attention] = cell
    rows = []
    for pooling, cells in found.items():
        shown = {}
        for attention, cell in cells.items():
            figure = Shown(value(cell))
            figure.share = (figure - low) / (high - low) if high > low else 0.5
            figure.text = words.figure(result, cell)
            shown[attention] = figure
        rows.append(Row(pooling, cells, shown))
    return sorted(rows, key=lambda row: -max(row.shown.values()))


def _shown(attention: str, row: Row) -> Shown | None:
    return row.shown.get(attention)


def _share(attention: str, row: Row) -> float | None:
    shown = row.shown.get(attention)
    return shown.share if shown is not None else None


POOLING = Column("pooling", lambda row: row.pooling)
COLUMNS = (
    POOLING,
    *(
        Column(
            attention,
            partial(_shown, attention),
            lambda shown: shown.text,
            right=True,
            shade=partial(_share, attention),
            tip=words.ATTENTION[attention],
        )
        for attention in ATTENTIONS
    ),
)


class GridCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Pooling and attention")
        self._result: StudyResult | None = None
        self.layer = QComboBox()
        self.layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.layer.setAccessibleName("Layer")
        self.layer.currentIndexChanged.connect(self._on_layer)
        self.head.addWidget(self.layer)
        self.table = FiguresTable(session, "nDCG@10 by pooling and attention", COLUMNS, stretched=0, lines=14)
        self.table.menu_asked.connect(more)
        self.table.row_chosen.connect(self._on_row)
        self.chosen = Words(role="body", selectable=True)
        self.meaning = Words(role="small")
        for widget in (self.table, self.chosen, self.meaning):
            self.column.addWidget(widget)

    def show_result(self, result: StudyResult) -> None:
        self._result = result
        layers = sorted({cell.layer for cell in result.cells}, reverse=True)
        self.layer.blockSignals(True)
        self.layer.clear()
        for layer in layers:
            self.layer.addItem(
                f"layer {layer}, the last" if layer == result.layers else f"layer {layer}", layer
            )
        self.layer.blockSignals(False)
        self.layer.setVisible(len(layers) > 1)
        how = words.CORRECTIONS.get(result.correction)
        self.meaning.say(
            MEANING.format(
                own=words.OWN, better=words.BETTER, worse=words.WORSE, how=f" after {how}" if how else ""
            )
        )
        self._show()

    @Slot()
    def _on_layer(self) -> None:
        self._show()

    def _show(self) -> None:
        result = self._result
        if result is None:
            return
        layer = self.layer.currentData()
        rows = rows_of(result, layer if isinstance(layer, int) else result.layers)
        there = {attention for row in rows for attention in row.cells}
        made = {attention: f"{attention}, as made" for attention in ATTENTIONS if attention == result.made}
        self.table.figures.set_columns(
            [replace(column, title=made.get(column.title, column.title)) for column in COLUMNS]
        )
        for place, attention in enumerate(ATTENTIONS, start=1):
            self.table.setColumnHidden(place, attention not in there)
        self.table.show_rows(rows)
        self.chosen.say("")

    @Slot(object)
    def _on_row(self, row: Row | None) -> None:
        """Say what the intervals of the differences are."""
        result = self._result
        self.chosen.say(
            "\n".join(words.difference(result, cell) for cell in row.cells.values())
            if row is not None and result is not None
            else ""
        )
