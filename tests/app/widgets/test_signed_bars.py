from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.signed_bars import Signed, SignedBars


def test_that_amounts_grow_to_either_side_in_two_colours(qtbot: QtBot) -> None:
    theme.current().set_mode("light")
    bars = SignedBars("Built from")
    qtbot.addWidget(bars)
    bars.resize(400, 80)
    bars.show_bars([Signed("a", 0.5), Signed("b", -0.5)])
    bars.show()
    image = bars.grab().toImage()
    row = bars.height() // 2

    def columns(top: int, bottom: int, red: bool) -> list[int]:
        found = []
        for x in range(image.width()):
            color = image.pixelColor(x, (top + bottom) // 2)
            strong = color.red() > color.blue() + 60 if red else color.blue() > color.red() + 60
            if strong:
                found.append(x)
        return found

    above, below = columns(0, row, red=False), columns(row, 2 * row, red=True)
    assert above
    assert below
    assert min(above) >= max(below) - 2


def test_that_keys_say_each_amount(qtbot: QtBot) -> None:
    bars = SignedBars("Built from", places=1)
    qtbot.addWidget(bars)
    bars.show_bars([Signed("a", 0.5, "more"), Signed("b", -0.5)])
    bars.show()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription() == "a: +0.5\nmore"
    bars.show_bars([])
    assert bars.accessibleDescription() == ""
