from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.flow import Flow


def test_that_buttons_go_on_in_a_second_row_and_hidden_ones_take_no_room(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    buttons = [QPushButton(f"A button {number}") for number in range(4)]
    flow = Flow(buttons)
    column = QVBoxLayout(page)
    column.addWidget(flow)
    column.addStretch(1)
    page.resize(900, 200)
    page.show()
    one_row = flow.height()
    assert len({button.y() for button in buttons}) == 1
    page.resize(2 * buttons[0].sizeHint().width() + 60, 200)
    qtbot.waitUntil(lambda: flow.height() > one_row)
    assert len({button.y() for button in buttons}) == 2
    for button in buttons[2:]:
        button.hide()
    flow.place()
    assert flow.height() == one_row
    assert all(button.geometry().right() <= flow.width() for button in buttons[:2])
