from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.figures_table import Column
from app.widgets.searched_table import SearchedTable
from app.widgets.visible_text import shown_token


class Row(NamedTuple):
    token: str
    count: int


COLUMNS = (
    Column("token", lambda row: row.token, shown_token, mono=True),
    Column("count", lambda row: row.count, right=True),
)
ROWS = [Row(" The", 3), Row("the", 12), Row("n\n", 7)]


@pytest.fixture
def searched(qtbot: QtBot, session: Session) -> SearchedTable:
    made = SearchedTable(session, "Tokens", COLUMNS, stretched=0, what="tokens")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show_rows(ROWS)
    made.show()
    return made


def tokens(searched: SearchedTable) -> list[Any]:
    model = searched.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_that_text_is_found_in_any_case_as_it_is_and_as_it_is_shown(
    qtbot: QtBot, searched: SearchedTable
) -> None:
    for query, found in ((" th", ["␣The"]), ("␣T", ["␣The"]), ("THE", ["␣The", "the"]), ("12", [])):
        searched.line.setText(query)
        qtbot.waitUntil(lambda found=found: tokens(searched) == found)
    assert searched.number.text() == "0 of 3 tokens"
    assert not searched.export.isEnabled()
    searched.line.clear()
    qtbot.waitUntil(lambda: len(tokens(searched)) == 3)
    assert searched.number.text() == "3 tokens"


def test_that_what_is_found_stays_sorted_and_other_rows_are_filtered_too(
    qtbot: QtBot, searched: SearchedTable
) -> None:
    searched.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    searched.line.setText("the")
    qtbot.waitUntil(lambda: tokens(searched) == ["the", "␣The"])
    searched.show_rows([Row("else", 1), Row("they", 2)], "Other tokens")
    assert tokens(searched) == ["they"]
    assert searched.export.accessibleName() == "Export: Other tokens"


def test_that_the_chosen_row_stays_chosen_when_sorted(searched: SearchedTable) -> None:
    searched.table.selectRow(0)
    searched.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert tokens(searched) == ["the", "n↵", "␣The"]
    (chosen,) = searched.table.selectionModel().selectedRows()
    assert chosen.row() == 2
