"""The table of a vocabulary: pages come while it is scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from app import theme
from app.panels.tokenizers.vocabulary.model import VocabularyModel
from app.widgets.table import Table

if TYPE_CHECKING:
    from app.session import Session

LEAST = 160
"""Pixels that the token's column has at least."""


class VocabularyTable(Table):
    page_wanted = Signal(int)
    """A page that is looked at and not there."""
    export_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session, "Vocabulary")
        self.entries = VocabularyModel(self)
        self.setModel(self.entries)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._scored = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.ask_missing)
        self.entries.wanted.connect(self._wait)
        self.entries.modelReset.connect(self.fit)
        theme.current().changed.connect(self.viewport().update)

    def hide_scores(self, hidden: bool) -> None:
        """Where a vocabulary has none, there is no column of them."""
        self._scored = not hidden
        self.fit()

    def fit(self) -> None:
        """Each column its width, the token's what is left."""
        header, columns = self.horizontalHeader(), self.entries.heads
        token = next(place for place, head in enumerate(columns) if head.title == "token")
        others = 0
        for place, head in enumerate(columns):
            self.setColumnHidden(place, head.title == "score" and not self._scored)
            if place != token and not self.isColumnHidden(place):
                wide = header.fontMetrics().horizontalAdvance(head.title) + 34
                header.resizeSection(place, max(self.scaled(head.width), wide))
                others += header.sectionSize(place)
        header.resizeSection(token, max(self.scaled(LEAST), self.viewport().width() - others))

    @Slot()
    def ask_missing(self) -> None:
        """Ask for the page that is looked at, if it is not there."""
        top = self.rowAt(0)
        bottom = self.rowAt(self.viewport().height() - 1)
        last = self.entries.found - 1
        page = self.entries.missing(max(0, top), last if bottom < 0 else bottom) if last >= 0 else None
        if page is not None:
            self.page_wanted.emit(page)

    @Slot()
    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def copy(self) -> None:
        """The selected rows that are there; whoever wants all of them exports."""
        rows = self.selectionModel().selectedRows()
        if any(self.entries.entry(index.row()) is None for index in rows):
            self._session.message.emit(
                "Not all of the chosen tokens have been read yet: export the table to have all of them.",
                "warning",
            )
            return
        super().copy()

    @Slot()
    def export(self) -> None:
        """All that was found, which is not all here: the tab reads it first."""
        self.export_asked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
