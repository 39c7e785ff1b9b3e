"""Where the weights kept lie: a row a layer, a column a matrix, tinted by the share kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QMenu

from app.panels.generation.inside.penalties_card import kept_words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.subnetwork.result import KeptWeights, Subnetwork, SubnetworkResult


@dataclass(frozen=True)
class Row:
    layer: int
    cells: dict[str, KeptWeights]
    most: float
    """The largest share of any matrix."""


def _share(matrix: str, row: Row) -> float | None:
    cell = row.cells.get(matrix)
    return cell.share if cell is not None else None


def _shade(matrix: str, row: Row) -> float | None:
    share = _share(matrix, row)
    return None if share is None else share / row.most if row.most else 0.0


LAYER = Column("layer", lambda row: row.layer + 1)


def rows_of(found: Subnetwork) -> list[Row]:
    most = max((each.share for each in found.matrices), default=0.0)
    layers = sorted({each.layer for each in found.matrices})
    return [
        Row(layer, {each.matrix: each for each in found.matrices if each.layer == layer}, most)
        for layer in layers
    ]


class MatricesCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Where they lie")
        self._result: SubnetworkResult | None = None
        self.penalty = QComboBox()
        self.penalty.setAccessibleName("Penalty")
        self.penalty.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.penalty.currentIndexChanged.connect(self._show)
        self.head.addWidget(self.penalty)
        self.table = FiguresTable(
            session, "Weights kept by layer and matrix", (LAYER,), stretched=0, least=60
        )
        self.table.menu_asked.connect(more)
        self.told = Words(role="small")
        self.column.addWidget(self.table)
        self.column.addWidget(self.told)

    def show_result(self, result: SubnetworkResult) -> None:
        self._result = result
        self.penalty.blockSignals(True)
        self.penalty.clear()
        for each in result.subnetworks:
            self.penalty.addItem(f"λ {each.penalty:g}", each.penalty)
        told = result.subnetworks.index(result.told())
        self.penalty.setCurrentIndex(told)
        self.penalty.blockSignals(False)
        self.penalty.setVisible(len(result.subnetworks) > 1)
        self._show()

    @Slot(str)
    def choose(self, name: str) -> None:
        """Another penalty, by its name in the plot; what is none (the whole model) changes nothing."""
        place = self.penalty.findText(name)
        if place >= 0:
            self.penalty.setCurrentIndex(place)

    @Slot()
    def _show(self) -> None:
        place = self.penalty.currentIndex()
        if self._result is None or not 0 <= place < len(self._result.subnetworks):
            return
        found = self._result.subnetworks[place]
        matrices = list(dict.fromkeys(each.matrix for each in found.matrices))
        self.table.figures.set_columns(
            [
                LAYER,
                *(
                    Column(
                        matrix.rpartition(".")[2],
                        partial(_share, matrix),
                        kept_words,
                        right=True,
                        shade=partial(_shade, matrix),
                        tip=matrix,
                    )
                    for matrix in matrices
                ),
            ]
        )
        self.table.show_rows(rows_of(found))
        attention = sum(each.kept for each in found.matrices if each.is_attention)
        of_kept = f"{attention / found.kept:.0%} of them in attention, " if found.kept else ""
        self.told.say(
            f"Share kept of each matrix; {found.kept:,} of {found.of:,} weights in all, {of_kept}"
            f"{found.first_mlp:.0%} in the first MLP."
        )
