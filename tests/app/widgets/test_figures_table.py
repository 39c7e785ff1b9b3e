from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.figures import fixed
from app.session import Session
from app.widgets.figures_table import Column, FiguresTable
from tests.app.conftest import RecordedDialogs


class Row(NamedTuple):
    name: str
    figure: float | None


ROWS = [Row("one", 1.23456), Row("ten", 10.0), Row("none", None), Row("two", 2.5)]
COLUMNS = (
    Column("name", lambda row: row.name),
    Column(
        "figure",
        lambda row: row.figure,
        lambda value: fixed(value, 2),
        right=True,
        tip="How much",
        color=lambda row: "warning" if (row.figure or 0) > 5 else "",
    ),
)


@pytest.fixture
def table(qtbot: QtBot, session: Session) -> FiguresTable:
    made = FiguresTable(session, "Figures", COLUMNS, stretched=0, lines=3)
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show_rows(ROWS)
    made.show()
    return made


def column(table: FiguresTable, number: int, role: int = Qt.ItemDataRole.DisplayRole) -> list[Any]:
    model = table.model()
    return [model.index(row, number).data(role) for row in range(model.rowCount())]


def test_that_figures_are_shown_with_one_precision_and_what_was_not_measured_as_a_dash(
    table: FiguresTable,
) -> None:
    assert column(table, 1) == ["1.23", "10.00", "–", "2.50"]
    assert table.model().headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "How much"


def test_that_it_is_sorted_by_value_with_the_unmeasured_last_either_way(table: FiguresTable) -> None:
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert column(table, 0) == ["one", "two", "ten", "none"]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert column(table, 0) == ["ten", "two", "one", "none"]
    assert table.record(0) == ROWS[1]
    table.show_rows(ROWS)
    assert column(table, 0) == ["one", "ten", "none", "two"]


def test_that_raw_values_are_copied(qtbot: QtBot, table: FiguresTable) -> None:
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "name\tfigure\none\t1.23456\nten\t10.0\nnone\t\ntwo\t2.5"


def test_that_the_whole_table_is_exported(
    qtbot: QtBot, session: Session, table: FiguresTable, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    dialogs.foresee("save_file", tmp_path / "figures.csv")
    with qtbot.waitSignal(session.message):
        table.export()
    assert (tmp_path / "figures.csv").read_text().splitlines() == [
        "name,figure",
        "one,1.23456",
        "ten,10.0",
        "none,",
        "two,2.5",
    ]


def test_that_it_is_as_high_as_its_rows_up_to_a_limit(table: FiguresTable) -> None:
    limited = table.height()
    table.show_rows(ROWS[:1])
    one = table.height()
    table.show_rows(ROWS[:3])
    assert one < limited == table.height()


def test_that_the_current_record_is_told(qtbot: QtBot, table: FiguresTable) -> None:
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    with qtbot.waitSignal(table.row_chosen) as chosen:
        table.selectRow(1)
    assert chosen.args == [ROWS[3]]


def test_that_colours_are_those_of_the_theme_now(table: FiguresTable) -> None:
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        colors = column(table, 1, Qt.ItemDataRole.ForegroundRole)
        assert [color and color.name() for color in colors] == [None, theme.tokens().warning, None, None]


def test_that_a_token_is_no_formula_in_a_spreadsheet(table: FiguresTable) -> None:
    table.show_rows([Row("=cmd|' /C calc'!A0", -1.5), Row("-", None), Row("-1e3", 2.0), Row("a=b", 0.0)])
    assert table.as_csv().splitlines()[1:] == [
        "'=cmd|' /C calc'!A0,-1.5",
        "'-,",
        "-1e3,2.0",
        "a=b,0.0",
    ]


def test_that_shaded_cells_are_tinted_and_columns_can_be_others(table: FiguresTable) -> None:
    shaded = Column(
        "figure", lambda row: row.figure, shade=lambda row: None if row.figure is None else row.figure / 10
    )
    table.figures.set_columns([COLUMNS[0], shaded])
    assert table.model().rowCount() == 0
    table.show_rows(ROWS)
    tints = column(table, 1, Qt.ItemDataRole.BackgroundRole)
    assert tints[2] is None
    assert tints[0].alpha() < tints[3].alpha() < tints[1].alpha()
    image = table.viewport().grab().toImage()
    places = [table.visualRect(table.model().index(row, 1)).topLeft() for row in (0, 1)]
    faint, strong = (image.pixelColor(place.x() + 2, place.y() + 2).lightness() for place in places)
    assert strong < faint
