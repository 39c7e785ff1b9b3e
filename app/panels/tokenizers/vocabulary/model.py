"""A vocabulary as a table: only the pages that are looked at are there, the others are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app import theme
from app.figures import MISSING
from app.panels.tokenizers.compare.token_text import code_points, hex_of, token_text
from app.widgets.figures_table import LEFT, RIGHT
from app.widgets.table import RAW
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from core.tokenizers.live.result import Entry

Index = QModelIndex | QPersistentModelIndex
PAGE = 200
"""Tokens asked for at once."""
KEPT = 100
"""Pages kept; beyond, those seen first are let go."""


@dataclass(frozen=True)
class Head:
    """A column. `sort` is what it is sorted by, as `AskVocabulary` has it; empty where it cannot be."""

    title: str
    value: Callable[[Entry], Any]
    sort: str = ""
    right: bool = False
    mono: bool = False
    width: int = 80


def shown(entry: Entry) -> str:
    """A special token by its name, any other by the bytes that it stands for."""
    if entry.kind == "special" or not entry.bytes:
        return token_text(entry.content.encode(errors="surrogatepass")).text
    return token_text(entry.bytes).text


def _score(entry: Entry) -> str | None:
    return None if entry.score is None else f"{entry.score:.6g}"


ID = Head("id", lambda entry: entry.id, "id", right=True)
REST = (
    Head("token", shown, "text", mono=True, width=260),
    Head("bytes", lambda entry: hex_of(entry.bytes) or None, mono=True, width=230),
    Head("length", lambda entry: len(entry.bytes), "length", right=True),
    Head("kind", lambda entry: entry.kind, width=90),
    Head("score", _score, "score", right=True, width=100),
)
TOKEN = 1
"""Where the token's column stands when there is one vocabulary."""


def heads(first: str, second: str) -> tuple[Head, ...]:
    """The columns; with the name of a second vocabulary, two of ids."""
    if not second:
        return (ID, *REST)
    return (
        Head(f"id in {first}", ID.value, "id", right=True, width=130),
        Head(f"id in {second}", lambda entry: entry.other_id, right=True, width=130),
        *REST,
    )


def raw_row(entry: Entry, columns: Sequence[Head]) -> list[str]:
    """As it is copied and exported: the token's own text, where its bytes are one."""
    row = []
    for head in columns:
        value = head.value(entry)
        if head.title == "token":
            try:
                value = entry.bytes.decode() if entry.bytes else entry.content
            except UnicodeDecodeError:
                value = entry.content
        elif head.title == "score" and entry.score is not None:
            value = repr(entry.score)
        row.append("" if value is None else str(value))
    return row


class VocabularyModel(QAbstractTableModel):
    wanted = Signal()
    """A row is looked at whose page is not there."""
    ordered = Signal(str, bool)
    """Another order was asked for: by what, and whether descending."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.heads: tuple[Head, ...] = heads("", "")
        self._found = 0
        self._pages: dict[int, tuple[Entry, ...]] = {}
        self._mono, self._figures = theme.mono_font(), theme.figures_font()

    # What it holds

    @property
    def found(self) -> int:
        return self._found

    def show(self, columns: tuple[Head, ...], found: int, first_page: Sequence[Entry]) -> None:
        """The answer to a new question."""
        self.beginResetModel()
        self.heads, self._found = columns, found
        self._pages = {0: tuple(first_page)}
        self.endResetModel()

    def take(self, page: int, entries: Sequence[Entry]) -> None:
        """One more page of the same answer."""
        self._pages[page] = tuple(entries)
        while len(self._pages) > KEPT:
            del self._pages[next(iter(self._pages))]
        last = min(self._found, page * PAGE + len(entries)) - 1
        if last >= page * PAGE:
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(self.heads) - 1))

    def entry(self, row: int) -> Entry | None:
        """None where it is not there yet."""
        page = self._pages.get(row // PAGE)
        place = row % PAGE
        return page[place] if page is not None and place < len(page) else None

    def missing(self, top: int, bottom: int) -> int | None:
        """The first page among these rows that is not there."""
        pages = range(max(0, top) // PAGE, min(self._found - 1, bottom) // PAGE + 1)
        return next((page for page in pages if page not in self._pages), None)

    # Qt's calls

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._found

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.heads):
            return None
        head = self.heads[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return head.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if head.right else LEFT
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        head = self.heads[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if head.right else LEFT
        if role == Qt.ItemDataRole.FontRole:
            return self._mono if head.mono else self._figures
        entry = self.entry(index.row())
        if entry is None:
            if role == Qt.ItemDataRole.DisplayRole:
                self.wanted.emit()
                return "…"
            return "" if role == RAW else None
        if role == Qt.ItemDataRole.DisplayRole:
            value = head.value(entry)
            return MISSING if value is None else str(value)
        if role == RAW:
            return raw_row(entry, (head,))[0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_told(entry))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        key = self.heads[column].sort if 0 <= column < len(self.heads) else "id"
        self.ordered.emit(key, order is Qt.SortOrder.DescendingOrder and column >= 0)


def _told(entry: Entry) -> str:
    """What hovering says: as the file spells it, bytes, code points."""
    lines = [f"{shown(entry)}   {entry.kind}", f"in the file: {entry.content}", hex_of(entry.bytes)]
    try:
        lines += code_points(entry.bytes.decode())
    except UnicodeDecodeError:
        lines.append("its bytes make up no whole character")
    return "\n".join(line for line in lines if line)
