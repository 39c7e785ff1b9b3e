from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.widgets.waterfall import Fall, Waterfall


@pytest.fixture
def plot(qtbot: QtBot) -> Waterfall:
    made = Waterfall("Differences")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    made.show_bars([Fall("q1", -0.2), Fall("q2", 0.5, "Hybrid 1.0, BM25 0.5"), Fall("q3", 0.0)], (2, 1))
    return made


def test_that_bars_are_sorted_and_told(plot: Waterfall) -> None:
    assert [bar.name for bar in plot.bars] == ["q2", "q3", "q1"]
    assert plot.accessibleDescription() == "1 above zero, 1 below, of 3"
    assert plot.words(plot.bars[0]) == "q2: +0.500\nHybrid 1.0, BM25 0.5"


def test_that_a_click_and_return_choose_a_bar(qtbot: QtBot, plot: Waterfall) -> None:
    left = int(plot._plot().left())
    with qtbot.waitSignal(plot.chosen) as chosen:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(left + 3, 50))
    assert chosen.args == ["q2"]
    qtbot.keyClick(plot, Qt.Key.Key_End)
    with qtbot.waitSignal(plot.chosen) as chosen:
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert chosen.args == ["q1"]
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plot.accessibleDescription() == "q3: 0.000"


def test_that_more_bars_than_pixels_are_drawn(qtbot: QtBot, plot: Waterfall) -> None:
    plot.show_bars([Fall(str(n), n / 5_000 - 1) for n in range(10_000)], (0, 1))
    assert not plot.grab().isNull()
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.accessibleDescription() == "9999: +1.000"


def test_that_nothing_and_equals_can_be_drawn(plot: Waterfall) -> None:
    for bars in ([], [Fall("q1", 0.0)]):
        plot.show_bars(bars, (0, 1))
        assert not plot.grab().isNull()
