from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.panels.runs.model import AT, COLUMNS, RunModel, make_row
from app.panels.runs.table import RunTable
from app.session import Session
from core.jobs.request import Metric
from tests.app.panels.runs.grafting import record


@pytest.fixture
def table(qtbot: QtBot, session: Session) -> RunTable:
    model = RunModel(session)
    model.replace(
        make_row(record(number, title=f"title {number}", headline=Metric(name="bits", value=number / 3)))
        for number in range(1, 41)
    )
    made = RunTable(session, model)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def cell(table: RunTable, run: int, key: str) -> QPoint:
    place = table.runs.place_of(run)
    assert place is not None
    return table.visualRect(table.runs.index(place, AT[key])).center()


def click(qtbot: QtBot, table: RunTable, where: QPoint) -> None:
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_that_newest_runs_come_first(table: RunTable) -> None:
    assert [run.id for run in table.runs.shown][:3] == [40, 39, 38]


def test_that_a_box_adds_to_the_selection_and_a_row_replaces_it(qtbot: QtBot, table: RunTable) -> None:
    def box(run: int) -> QPoint:
        return QPoint(15, cell(table, run, "run").y())

    click(qtbot, table, box(40))
    click(qtbot, table, box(38))
    assert table.selected() == (38, 40)
    click(qtbot, table, box(40))
    assert table.selected() == (38,)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box(39))
    click(qtbot, table, cell(table, 39, "what"))
    assert table.selected() == (39,)


def test_that_space_and_arrows_select_without_a_mouse(qtbot: QtBot, table: RunTable) -> None:
    table.select_runs([40])
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.selected() == (38, 40)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.selected() == (40,)


def test_that_return_and_a_double_click_open_a_run(qtbot: QtBot, table: RunTable) -> None:
    table.select_runs([39])
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [39]
    with qtbot.waitSignal(table.opened) as opened:
        click(qtbot, table, cell(table, 38, "what"))
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell(table, 38, "what"))
    assert opened.args == [38]


def test_that_selection_current_row_and_scrolling_outlive_a_change(table: RunTable) -> None:
    table.select_runs([20, 22])
    table.verticalScrollBar().setValue(200)
    told: list[tuple[int, ...]] = []
    table.chosen.connect(lambda: told.append(table.selected()))
    table.runs.update([make_row(record(41))], [3])
    assert table.selected() == (20, 22)
    assert table.verticalScrollBar().value() == 200
    assert table.runs.run_at(table.currentIndex().row()).id == 22
    table.sortByColumn(AT["what"], Qt.SortOrder.AscendingOrder)
    assert table.selected() == (20, 22)
    assert not told
    table.runs.update([], [22])
    assert told == [(20,)]


def test_that_the_next_run_to_go_on_with_is_below_or_else_above(table: RunTable) -> None:
    table.select_runs([20, 22])
    assert table.neighbour() == 19
    table.select_runs([1, 2])
    assert table.neighbour() == 3
    table.selectAll()
    assert table.neighbour() is None
    table.clearSelection()
    assert table.neighbour() == 40


def test_that_f2_edits_the_title_in_place(qtbot: QtBot, table: RunTable) -> None:
    table.runs.editable = True
    table.select_runs([39])
    qtbot.keyClick(table, Qt.Key.Key_F2)
    assert table.is_editing
    editor = table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "title 39"
    editor.setText("A better name")
    with qtbot.waitSignal(table.runs.renamed) as renamed:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == [39, "A better name"]


def test_that_escape_leaves_a_title_as_it_was(qtbot: QtBot, table: RunTable) -> None:
    table.runs.editable = True
    table.select_runs([39])
    table.rename()
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("no")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    found = table.runs.find(39)
    assert found is not None
    assert found.title == "title 39"


def test_that_nothing_is_edited_where_nothing_may_be_written(qtbot: QtBot, table: RunTable) -> None:
    table.select_runs([39])
    qtbot.keyClick(table, Qt.Key.Key_F2)
    assert not table.is_editing


def test_that_copied_rows_have_raw_values_and_headers(qtbot: QtBot, table: RunTable) -> None:
    table.select_runs([40])
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heads, row = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert heads == ["run", "kind", "what", "state", "main figure", "took", "when"]
    assert row[:6] == ["40", "Graft", "title 40", "done", repr(40 / 3), ""]


def test_that_columns_are_chosen_sorted_by_and_put_back_from_a_menu(table: RunTable) -> None:
    menu = QMenu(table)
    table.fill_columns_menu(menu)
    actions = {action.text(): action for action in menu.actions()}
    assert not actions["What"].isEnabled()
    actions["Seed"].trigger()
    actions["Kind"].trigger()
    assert table.isColumnHidden(AT["kind"])
    assert not table.isColumnHidden(AT["seed"])
    sort = {action.text(): action for action in menu.findChildren(QMenu)[0].actions()}
    sort["Main figure"].trigger()
    assert table.runs.shown[0].id == 1
    sort["Main figure"].trigger()
    assert table.runs.shown[0].id == 40
    actions["As they were"].trigger()
    assert [COLUMNS[column].key for column in table.shown_columns()] == [
        "run", "kind", "what", "state", "figure", "took", "when",
    ]  # fmt: skip


def test_that_columns_come_back_as_they_were_left(qtbot: QtBot, session: Session, table: RunTable) -> None:
    table.setColumnHidden(AT["took"], True)
    table.setColumnHidden(AT["note"], False)
    table.horizontalHeader().moveSection(table.horizontalHeader().visualIndex(AT["note"]), 1)
    table.setColumnWidth(AT["state"], 177)
    table.sortByColumn(AT["figure"], Qt.SortOrder.AscendingOrder)
    state = table.columns_state()

    again = RunTable(session, RunModel(session))
    qtbot.addWidget(again)
    again.restore_columns(state)
    assert again.columns_state() == state
    assert again.columnWidth(AT["state"]) == 177
    before = again.columns_state()
    for strange in ({}, {"columns": 3}, {"columns": [["x"]], "widths": {"run": "wide"}, "sort": ["run"]}):
        again.restore_columns(strange)
    assert again.columns_state() == before
