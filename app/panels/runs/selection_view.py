"""What the selection has to tell: one run in full, several side by side, or what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app import theme
from app.panels.runs.compare_view import CompareView
from app.panels.runs.details import RunDetails, WholeRun, read_whole

if TYPE_CHECKING:
    from app.session import Session

SETTLES = 120
"""Milliseconds a selection stays before its details are read, so that a held arrow key reads none."""


class SelectionView(QStackedWidget):
    compare_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._selected: tuple[int, ...] = ()
        self.details = RunDetails(session)
        self.comparison = CompareView(session)
        self._words = QLabel()
        self.compare_here = QPushButton("Compare them")
        self.compare_here.clicked.connect(self.compare_asked)
        for widget in (words_and_button(self._words, self.compare_here), self.details, self.comparison):
            self.addWidget(widget)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLES)
        self._settle.timeout.connect(self.refresh)
        self._show_words()

    def show_selection(self, selected: tuple[int, ...]) -> None:
        """One run: in full. Others stay or become compared where a comparison is open."""
        self._selected = selected
        if len(selected) == 1:
            self._settle.start()
            return
        self._settle.stop()
        self.details.clear()
        if not self.is_comparing:
            self._show_words()
        elif selected and set(selected) != set(self.comparison.ids):
            self.comparison.compare(selected)

    @Slot()
    def refresh(self) -> None:
        """Read anew what is shown."""
        project = self._session.project
        if project is not None and len(self._selected) == 1:
            (run_id,) = self._selected
            self._session.ask(read_whole, project, run_id, then=self._show_details, owner=self, key="details")
        elif self.is_comparing:
            self.comparison.compare(self.comparison.ids)

    def compare(self, ids: Sequence[int]) -> None:
        """Show these runs side by side, in this order."""
        self.comparison.compare(ids)
        self.setCurrentWidget(self.comparison)

    @property
    def is_comparing(self) -> bool:
        return self.currentWidget() is self.comparison

    def close_comparison(self) -> None:
        self._show_words()
        self.show_selection(self._selected)

    def _show_details(self, whole: WholeRun) -> None:
        if self._selected == (whole.run.id,):
            self.details.show_run(whole)
            self.setCurrentWidget(self.details)

    def _show_words(self) -> None:
        selected = len(self._selected)
        self._words.setText(
            f"{selected:,} runs are selected."
            if selected > 1
            else "Select a run to see what it asked for and what came of it; two or more to compare them."
        )
        self.compare_here.setVisible(selected > 1)
        self.setCurrentIndex(0)


def words_and_button(words: QLabel, button: QPushButton) -> QWidget:
    """A sentence and what to do about it, in the middle of the room there is."""
    theme.styled(words, role="muted")
    words.setTextFormat(Qt.TextFormat.PlainText)
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    words.setWordWrap(True)
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(24, 8, 24, 8)
    column.setSpacing(12)
    column.addStretch(2)
    column.addWidget(words)
    column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(3)
    return page
