from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.bar_list import Bar, BarList

BARS = [
    Bar("all", 0.5, "50 %", limit=0.8, words="of 80 %", strong=True),
    Bar("Donaudampfschifffahrtsgesellschaft", 0.25, "25 %"),
    Bar("العربية", 0.0, "0 %"),
]


@pytest.fixture
def bars(qtbot: QtBot) -> BarList:
    made = BarList("Saved")
    qtbot.addWidget(made)
    made.resize(500, 100)
    made.show_bars(BARS)
    made.show()
    return made


def painted(bars: BarList, row: int) -> int:
    """Pixels of a row's middle line that have the bars' colour."""
    image = QImage(bars.size(), QImage.Format.Format_RGB32)
    image.fill(theme.color(theme.tokens().surface))
    bars.render(image)
    wanted = QColor(theme.tokens().approximated)
    y = round(2 + (row + 0.5) * bars._row)
    colors = [QColor(image.pixel(x, y)) for x in range(image.width())]
    return sum(abs(c.red() - wanted.red()) + abs(c.blue() - wanted.blue()) < 90 for c in colors)


def test_that_a_bar_is_as_long_as_its_value(bars: BarList) -> None:
    whole, half = painted(bars, 0), painted(bars, 1)
    assert whole > 100
    assert abs(half - whole / 2) < 12
    assert painted(bars, 2) < 12


def test_that_rows_are_walked_by_key_and_said(qtbot: QtBot, bars: BarList) -> None:
    assert bars.accessibleDescription().startswith("all: 50 %\nof 80 %; Donau")
    for _ in range(5):
        qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription() == "العربية: 0 %"
    qtbot.keyClick(bars, Qt.Key.Key_Up)
    assert bars.accessibleDescription().startswith("Donau")


def test_that_it_is_as_high_as_its_rows(bars: BarList) -> None:
    high = bars.height()
    bars.show_bars(BARS[:1])
    assert bars.height() < high / 2
