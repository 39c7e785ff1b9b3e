from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.widgets.segmented import Segmented


def test_that_one_holds_and_another_is_chosen_by_mouse_and_key(qtbot: QtBot) -> None:
    view = Segmented("Bits per byte", (("plot", "Plot"), ("table", "Table")))
    qtbot.addWidget(view)
    view.show()
    assert view.key == "plot"
    with qtbot.waitSignal(view.chosen) as chosen:
        qtbot.mouseClick(view.buttons["table"], Qt.MouseButton.LeftButton)
    assert (chosen.args, view.key) == (["table"], "table")
    view.buttons["table"].setFocus()
    qtbot.keyClick(view.buttons["table"], Qt.Key.Key_Left)
    assert view.key == "plot"
    view.choose("gone")
    assert view.key == "plot"
    assert view.buttons["plot"].accessibleName() == "Bits per byte: Plot"
