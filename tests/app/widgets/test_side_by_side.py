from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.widgets.side_by_side import WIDE, SideBySide


def test_that_cards_stand_side_by_side_where_there_is_room(qtbot: QtBot) -> None:
    left, right = QLabel("left"), QLabel("right")
    pair = SideBySide([left], [right])
    qtbot.addWidget(pair)
    pair.resize(WIDE + 20, 200)
    pair.show()
    assert left.y() == right.y()
    pair.resize(WIDE - 20, 200)
    qtbot.waitUntil(lambda: left.x() == right.x())
    pair.resize(WIDE + 20, 200)
    pair.allow(False)
    qtbot.waitUntil(lambda: left.x() == right.x())


def test_that_it_hides_with_all_its_cards(qtbot: QtBot) -> None:
    left, right = QLabel("left"), QLabel("right")
    pair = SideBySide([left], [right])
    qtbot.addWidget(pair)
    pair.show()
    pair.resize(WIDE + 20, 100)
    left.hide()
    pair.fit()
    assert pair.isVisible()
    qtbot.waitUntil(lambda: right.x() == 0 and right.width() == pair.width())
    right.hide()
    pair.fit()
    assert not pair.isVisible()
