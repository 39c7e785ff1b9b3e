from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.token_pills import TokenPills

TOKENS = [" the", "\t", "بالعالم", "<b>x</b>", "a" * 500]


def test_that_tokens_flow_over_the_lines_they_need(qtbot: QtBot) -> None:
    pills = TokenPills("Longest tokens")
    qtbot.addWidget(pills)
    pills.resize(400, 50)
    pills.show()
    pills.show_tokens(TOKENS)
    high = pills.minimumHeight()
    pills.resize(120, 50)
    assert pills.minimumHeight() > high
    assert all(area.right() <= 120 for area in pills._areas)
    pills.show_tokens([])
    assert pills.minimumHeight() == 0


def test_that_they_are_copied_one_a_line_as_they_are(qtbot: QtBot) -> None:
    pills = TokenPills("Longest tokens")
    qtbot.addWidget(pills)
    pills.show_tokens(TOKENS[:2])
    qtbot.keyClick(pills, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == " the\n\t"
    assert pills.accessibleDescription() == "␣the, ⇥"


def test_that_marks_are_seen_and_said(qtbot: QtBot) -> None:
    pills = TokenPills("Tokens written")
    qtbot.addWidget(pills)
    pills.resize(400, 50)
    pills.show()
    pills.show_tokens([" the", "re"], [True, False], ["accepted", ""])
    assert pills.accessibleDescription() == "␣the (accepted), re"
    picture = pills.grab().toImage()
    ratio = picture.devicePixelRatio()

    def underlined(place: int) -> bool:
        area = pills._areas[place]
        color = picture.pixelColor(int(area.center().x() * ratio), int((area.bottom() - 2) * ratio))
        return color == theme.color(theme.tokens().accent)

    assert underlined(0)
    assert not underlined(1)
