from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.table import RAW, Table
from core.project.project import Project
from tests.app.conftest import RecordedDialogs

CELLS = [
    ["plain", 2.04123456789, "/a/very/long/path/to/something/that/does/not/fit/in/its/cell"],
    ['a "quoted", cell', float("nan"), "<b>bold</b>"],
    ["two\nlines", None, "Übergrößenträger ␣ مرحبا"],
]


class Cells(QAbstractTableModel):
    def rowCount(self, parent: Any = None) -> int:  # noqa: N802 - Qt's name
        return len(CELLS)

    def columnCount(self, parent: Any = None) -> int:  # noqa: N802 - Qt's name
        return 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802 - Qt's name
        return ("name", "figure", "where")[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = CELLS[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return "–" if value is None else f"{value:.2f}" if isinstance(value, float) else value
        if role == RAW and index.column() == 1:
            return "" if value is None else value
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return QColor("#ff0000")
        return None


@pytest.fixture
def table(qtbot: QtBot, session: Session) -> Table:
    made = Table(session, "Cells")
    qtbot.addWidget(made)
    made.setModel(Cells(made))
    made.setColumnWidth(2, 120)
    made.show()
    return made


def test_that_copied_rows_are_one_line_each_with_headers_and_raw_values(qtbot: QtBot, table: Table) -> None:
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert lines == [
        ["name", "figure", "where"],
        ["plain", "2.04123456789", CELLS[0][2]],
        ['a "quoted", cell', "nan", "<b>bold</b>"],
        ["two lines", "", CELLS[2][2]],
    ]


def test_that_one_cell_can_be_copied(table: Table) -> None:
    table.setCurrentIndex(table.model().index(0, 1))
    table.copy_cell()
    assert QGuiApplication.clipboard().text() == "2.04123456789"


def test_that_it_exports_what_is_shown_in_the_order_in_which_it_is_shown(
    qtbot: QtBot, table: Table, session: Session, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    table.setColumnHidden(0, True)
    table.horizontalHeader().moveSection(2, 0)
    dialogs.foresee("save_file", tmp_path / "cells.csv")
    with qtbot.waitSignal(session.message) as said:
        table.export()
    assert said.args == [f"Exported to {tmp_path / 'cells.csv'}.", "success"]
    with (tmp_path / "cells.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["where", "figure"]
    assert rows[1:] == [[CELLS[0][2], "2.04123456789"], ["<b>bold</b>", "nan"], [CELLS[2][2], ""]]


def test_that_csv_keeps_quotes_commas_and_line_ends(table: Table) -> None:
    rows = list(csv.reader(io.StringIO(table.as_csv(), newline="")))
    assert [row[0] for row in rows[1:]] == ["plain", 'a "quoted", cell', "two\nlines"]


def test_that_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, table: Table, session: Session, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    dialogs.foresee("save_file", tmp_path / "file" / "cells.csv")
    with qtbot.waitSignal(session.message) as said:
        table.export()
    assert "cannot be written" in said.args[0]
    assert said.args[1] == "error"


def test_that_a_right_click_offers_what_its_owner_adds_and_copying(qtbot: QtBot, table: Table) -> None:
    table.menu_asked.connect(lambda menu: menu.addAction("Own"))
    table.selectRow(1)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), table.mapToGlobal(QPoint(5, 5))
    )
    table.contextMenuEvent(event)
    menu = table.findChild(QMenu)
    assert menu is not None
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words == ["Own", "Copy", "Copy this cell", "Export the table…"]
    menu.close()


def test_that_what_is_cut_short_is_whole_in_a_tip_and_tags_stay_text(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda where, text, widget: shown.append(text))

    def tip(row: int, column: int) -> str:
        where = table.visualRect(table.model().index(row, column)).center()
        event = QHelpEvent(QHelpEvent.Type.ToolTip, where, table.viewport().mapToGlobal(where))
        QApplication.sendEvent(table.viewport(), event)
        return shown[-1]

    assert str(CELLS[0][2]) in tip(0, 2)
    table.setColumnWidth(2, 30)
    assert "&lt;b&gt;bold&lt;/b&gt;" in tip(1, 2)
    table.setColumnWidth(2, 600)
    assert tip(0, 2) == ""


def test_that_a_cells_colour_is_seen_in_a_selected_row_too(table: Table) -> None:
    def reds() -> int:
        image = table.viewport().grab(table.visualRect(table.model().index(0, 1))).toImage()
        points = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        return sum(point.red() > 200 and point.green() < 120 for point in points)

    table.clearSelection()
    table.setCurrentIndex(table.model().index(2, 0))
    assert reds() > 5
    table.selectRow(0)
    assert reds() > 5


def test_that_nothing_is_copied_where_nothing_is_selected(
    table: Table, open_project: Callable[[], Project]
) -> None:
    QGuiApplication.clipboard().setText("before")
    table.clearSelection()
    table.copy()
    assert QGuiApplication.clipboard().text() == "before"
