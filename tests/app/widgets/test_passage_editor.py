from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from pytestqt.qtbot import QtBot

from app.widgets.form_schema import Field
from app.widgets.passage_editor import PassageEditor

FIELD = Field(("prompt",), "Prompt", "passage", default="")


@pytest.fixture
def editor(qtbot: QtBot) -> PassageEditor:
    made = PassageEditor(FIELD)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    return made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        "a\nb",
        "a\r\nb\rc\n",
        "\n\n",
        "no\u00a0break",
        "a\u2028b\u2029c",
        "שלום\nمرحبا 👩‍👩‍👧",
        "tab\there",
        "a\x0bb\x85",
    ],
)
def test_that_a_text_comes_back_to_the_byte(editor: PassageEditor, text: str) -> None:
    editor.set_value(text)
    assert editor.value() == text


def test_that_what_is_pasted_keeps_its_line_ends_and_those_before(
    qtbot: QtBot, editor: PassageEditor
) -> None:
    editor.set_value("ab\r\ncd")
    cursor = editor.box.textCursor()
    cursor.setPosition(1)
    editor.box.setTextCursor(cursor)
    data = QMimeData()
    data.setText("x\ry")
    with qtbot.waitSignal(editor.changed):
        editor.box.insertFromMimeData(data)
    assert editor.value() == "ax\ryb\r\ncd"


def test_that_setting_it_is_no_change_and_it_grows_with_its_lines(
    qtbot: QtBot, editor: PassageEditor
) -> None:
    before = editor.box.height()
    with qtbot.assertNotEmitted(editor.changed):
        editor.set_value("\n" * 6)
    assert editor.box.height() > before


def test_that_shift_and_return_begin_a_line_as_return_does(qtbot: QtBot, editor: PassageEditor) -> None:
    qtbot.keyClicks(editor.box, "a")
    qtbot.keyClick(editor.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(editor.box, "b")
    qtbot.keyClick(editor.box, Qt.Key.Key_Return)
    assert editor.value() == "a\nb\n"
