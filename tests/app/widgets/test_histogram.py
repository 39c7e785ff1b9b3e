from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.histogram import HistogramPlot

EDGES, COUNTS = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [2, 1_000, 7, 0, 0, 0]


@pytest.fixture
def plot(qtbot: QtBot) -> HistogramPlot:
    made = HistogramPlot("Residuals", "tokens", "residual")
    qtbot.addWidget(made)
    made.resize(300, 160)
    made.show_counts(EDGES, COUNTS)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_that_each_bar_tells_its_figures(plot: HistogramPlot) -> None:
    assert plot.words(1) == "residual 0.10 to 0.20: 1,000 tokens"
    assert plot.accessibleDescription() == "; ".join(map(plot.words, (0, 1, 2)))


def test_that_what_lies_under_the_pointer_is_found(qtbot: QtBot, plot: HistogramPlot) -> None:
    assert [plot.bar_at(QPoint(int(300 * share), 80)) for share in (0.1, 0.4, 0.6, 0.9)] == [0, 1, 2, 3]


def test_that_bars_are_gone_through_by_key(qtbot: QtBot, plot: HistogramPlot) -> None:
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(plot, key)
    assert plot.accessibleDescription() == plot.words(0)
    plot.grab()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_bars_take_the_themes_colour(qtbot: QtBot, plot: HistogramPlot, mode: theme.Mode) -> None:
    theme.current().set_mode(mode)
    brush = plot._bars.opts["brush"]
    assert QColor(brush).name() == QColor(theme.tokens().approximated).name()
    plot.grab()


def test_that_the_wheel_scrolls_the_page_and_zooms_with_ctrl(qtbot: QtBot, plot: HistogramPlot) -> None:
    def wheel(keys: Qt.KeyboardModifier) -> bool:
        place = QPointF(150, 60)
        event = QWheelEvent(
            place,
            plot.mapToGlobal(place),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(plot.viewport(), event)
        return event.isAccepted()

    box = plot.getPlotItem().getViewBox()
    before = box.viewRange()[0]
    assert not wheel(Qt.KeyboardModifier.NoModifier)
    assert box.viewRange()[0] == before
    wheel(Qt.KeyboardModifier.ControlModifier)
    assert box.viewRange()[0] != before


def test_that_marked_ones_show_however_few_they_are(qtbot: QtBot, plot: HistogramPlot) -> None:
    plot.show_counts(EDGES, COUNTS, [2, 1, 0, 0, 0, 0])
    assert plot.words(0) == "residual 0.00 to 0.10: 2 tokens, 2 of them marked"
    assert plot.words(2) == "residual 0.20 to 0.30: 7 tokens"
    assert [round(point.pos().x(), 2) for point in plot._marks.points()] == [0.05, 0.15]
    plot.show_counts(EDGES, COUNTS)
    assert len(plot._marks.points()) == 0
    assert plot.words(0) == "residual 0.00 to 0.10: 2 tokens"
