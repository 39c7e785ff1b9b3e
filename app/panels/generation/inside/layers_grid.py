"""The grid of layers and tokens: what each layer would say next, tinted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from app import theme
from app.figures import fixed
from app.widgets.figures_table import tint
from app.widgets.table import MARGIN, RAW, CellDelegate, Table
from app.widgets.visible_text import isolated

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.lens.result import Looked
    from core.generation.lens.views.logit_lens import Place

Index = QModelIndex | QPersistentModelIndex
Tint = Literal["own", "final", "divergence"]
TOLD = 5
FARTHEST = 8.0
"""Bits from the last layer that have no tint any more."""
LINES = 18
"""Layers that are seen at once."""
WIDEST = 150
"""Pixels of a column."""


class LayersModel(QAbstractTableModel):
    """A row a layer, the last on top; a column a token."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._looked: Looked | None = None
        self._layers: list[list[Place]] = []
        self._texts: dict[int, str] = {}
        self.by: Tint = "own"

    def show(self, looked: Looked | None) -> None:
        self.beginResetModel()
        seen = looked.logit_lens if looked is not None else None
        self._looked = looked if seen is not None else None
        self._layers = list(reversed(seen.layers)) if seen is not None else []
        self._texts = seen.texts if seen is not None else {}
        self.endResetModel()

    def tint_by(self, by: Tint) -> None:
        self.by = by
        if self._layers:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.BackgroundRole])

    def place(self, row: int, column: int) -> Place:
        return self._layers[row][column]

    def layer(self, row: int) -> int:
        return len(self._layers) - 1 - row

    def row_name(self, row: int) -> str:
        layer = self.layer(row)
        return "embedding" if layer == 0 else "last" if row == 0 else str(layer)

    def token(self, column: int) -> str:
        return self._looked.tokens[column] if self._looked is not None else ""

    def words(self, row: int, column: int) -> str:
        """What hovering says."""
        place, layer = self.place(row, column), self.layer(row)
        after = "The embedding alone" if layer == 0 else f"After layer {layer}"
        lines = [f"{after}, at {isolated(self.token(column))}:"]
        for id, probability in zip(place.ids[:TOLD], place.probabilities[:TOLD], strict=True):
            lines.append(f"{percent(probability):>7}  {isolated(self._texts[id])}")
        final = self._texts[self._layers[0][column].ids[0]]
        if row:
            lines.append(
                f"{isolated(final)}, the final choice: {percent(place.final)}, rank {place.rank + 1:,}"
            )
        lines.append(f"entropy {fixed(place.entropy, 2)} bits")
        if row:
            lines[-1] += f" · {fixed(place.divergence, 2)} bits from the last layer"
        return "\n".join(lines)

    def sentence(self, row: int, column: int) -> str:
        """The same in a line."""
        first, *told, last = self.words(row, column).split("\n")
        return f"{first} {', '.join(' '.join(line.split()) for line in told)} · {last}."

    def share(self, place: Place) -> float:
        """How strongly a cell is tinted, 0 to 1."""
        if self.by == "own":
            return place.probabilities[0]
        if self.by == "final":
            return place.final
        return max(0.0, 1 - place.divergence / FARTHEST)

    # Qt's calls

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._layers)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if (parent is not None and parent.isValid()) or not self._layers else len(self._layers[0])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place = self.place(index.row(), index.column())
        if role in (Qt.ItemDataRole.DisplayRole, RAW):
            text = self._texts[place.ids[0]]
            return isolated(text) if role == Qt.ItemDataRole.DisplayRole else text
        if role == Qt.ItemDataRole.BackgroundRole:
            return tint(self.share(place))
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(index.row(), index.column())
        if role == Qt.ItemDataRole.FontRole:
            return theme.mono_font()
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Horizontal:
                return isolated(self.token(section))
            return self.row_name(section)
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return self.token(section)
        if role == Qt.ItemDataRole.FontRole and orientation == Qt.Orientation.Horizontal:
            return theme.mono_font()
        return None


class CellFrame(CellDelegate):
    """A cell keeps its tint where it is the current one, and has a frame."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        own: Any = QStyleOptionViewItem(option)
        chosen = bool(own.state & QStyle.StateFlag.State_Selected)
        own.state &= ~QStyle.StateFlag.State_Selected & ~QStyle.StateFlag.State_HasFocus
        super().paint(painter, own, index)
        if chosen:
            painter.save()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(theme.tokens().text), 2))
            painter.drawRect(own.rect.adjusted(1, 1, -2, -2))
            painter.restore()


class LayersGrid(Table):
    """Arrow keys go from cell to cell; Return, or a click, chooses the cell's token. Ctrl+C copies all."""

    said = Signal(str)
    """What the current cell holds, in a line."""
    position_chosen = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__(session, "What each layer would say next")
        self.layers = LayersModel(self)
        self.setModel(self.layers)
        self.setItemDelegate(CellFrame(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().show()
        self.verticalHeader().setSectionsClickable(False)
        self.verticalHeader().setAccessibleName("Layers")
        self.selectionModel().currentChanged.connect(self._on_current)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)
        theme.current().changed.connect(self.viewport().update)

    def show_looked(self, looked: Looked | None) -> None:
        self.layers.show(looked)
        self._fit()
        last = self.layers.columnCount() - 1
        if last >= 0:
            self.setCurrentIndex(self.layers.index(0, last))

    @Slot()
    def copy(self) -> None:
        """The whole grid, tab-separated, with its layers and tokens."""
        heads, *rows = self.raw_rows()
        lines = ["\t".join(["layer", *heads])]
        lines += ["\t".join([self.layers.row_name(row), *cells]) for row, cells in enumerate(rows)]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _fit(self) -> None:
        """Columns as wide as what they hold; as high as its layers, up to some."""
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        wide = metrics.horizontalAdvance("0")
        for column in range(self.layers.columnCount()):
            texts = [self.layers.token(column)]
            texts += [str(self.layers.index(row, column).data()) for row in range(self.layers.rowCount())]
            longest = max(map(len, texts)) * round(1.15 * wide)  # in a font whose letters are all as wide
            header.resizeSection(column, min(self.scaled(WIDEST), longest + 2 * MARGIN + 4))
        rows = min(LINES, max(1, self.layers.rowCount()))
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(
            header.sizeHint().height() + rows * self.verticalHeader().defaultSectionSize() + bar + 4
        )

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, before: QModelIndex) -> None:
        self.said.emit(self.layers.sentence(index.row(), index.column()) if index.isValid() else "")

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        self.position_chosen.emit(index.column())


def percent(probability: float) -> str:
    """``52 %``, ``0.4 %``, ``< 0.1 %``."""
    if 0 < probability < 0.0005:
        return "< 0.1 %"
    return f"{probability:.0%}".replace("%", " %") if probability >= 0.1 else f"{100 * probability:.1f} %"
