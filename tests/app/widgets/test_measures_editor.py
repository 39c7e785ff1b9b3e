from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.widgets.form_schema import Field
from app.widgets.measures_editor import MeasuresEditor

FIELD = Field(("measures",), "Measures", "measures", default=["nDCG@10", "AP"])


@pytest.fixture
def editor(qtbot: QtBot) -> MeasuresEditor:
    made = MeasuresEditor(FIELD)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    return made


def add(qtbot: QtBot, editor: MeasuresEditor, text: str) -> None:
    editor.line.setText(text)
    qtbot.keyClick(editor.line, Qt.Key.Key_Return)


def test_that_names_of_either_kind_are_taken_by_those_that_are_shown(
    qtbot: QtBot, editor: MeasuresEditor
) -> None:
    with qtbot.waitSignal(editor.changed):
        add(qtbot, editor, "recip_rank, P@5 AP")
    assert editor.value() == ["nDCG@10", "AP", "RR", "P@5"]
    assert editor.line.text() == ""


def test_that_a_wrong_name_says_why_and_stays(qtbot: QtBot, editor: MeasuresEditor) -> None:
    add(qtbot, editor, "nonsense P@5")
    assert editor.value() == ["nDCG@10", "AP", "P@5"]
    assert editor.line.text() == "nonsense"
    assert "nonsense" in editor.wrong
    assert editor.line.accessibleDescription() == editor.wrong
    add(qtbot, editor, "RR")
    assert editor.wrong == ""


def test_that_cut_offs_are_completed(qtbot: QtBot, editor: MeasuresEditor) -> None:
    completer = editor.line.completer()
    qtbot.keyClicks(editor.line, "ndcg@")
    offered = [completer.model().index(row, 0).data() for row in range(completer.model().rowCount())]
    assert {"nDCG@5", "nDCG@20", "nDCG@100"} <= set(offered)
    assert "nDCG@10" not in offered
    editor.line.clear()


def test_that_one_can_be_put_first_or_taken_out(qtbot: QtBot, editor: MeasuresEditor) -> None:
    qtbot.mouseClick(editor.chips[1].label, Qt.MouseButton.LeftButton)
    assert editor.value() == ["AP", "nDCG@10"]
    assert editor.chips[0].label.accessibleName() == "AP, first"
    qtbot.keyClick(editor.chips[0].remove, Qt.Key.Key_Delete)
    assert editor.value() == ["nDCG@10"]
    qtbot.mouseClick(editor.chips[0].remove, Qt.MouseButton.LeftButton)
    assert editor.value() == []
    assert editor.line.hasFocus()
