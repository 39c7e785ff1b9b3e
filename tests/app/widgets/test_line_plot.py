from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import svg_of

SERIES = (
    Series("first", 0, [1, 10, 100], [5, 50, 500]),
    Series("second", 1, [1, 10, 100], [4, 40, 400]),
)


@pytest.fixture
def plot(qtbot: QtBot) -> LinePlot:
    theme.current().set_mode("light")
    made = LinePlot("Curves")
    qtbot.addWidget(made)
    made.resize(500, 260)
    made.show()
    made.show_series(SERIES, Axis("rank", logarithmic=True), Axis("times", logarithmic=True))
    return made


def test_that_hovering_gives_the_value_of_each_series(qtbot: QtBot, plot: LinePlot) -> None:
    assert plot.words(10) == "rank 10\nfirst: 50 times\nsecond: 40 times"
    place = plot._place(plot._plot(), 100, 400).toPoint()
    qtbot.mouseMove(plot, place - QPoint(3, 0))
    assert plot.accessibleDescription() == "rank 100; first: 500 times; second: 400 times"


def test_that_left_and_right_go_from_point_to_point(qtbot: QtBot, plot: LinePlot) -> None:
    plot.setFocus()
    said = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(plot, key)
        said.append(plot.accessibleDescription().partition(";")[0])
    assert said == ["rank 1", "rank 10", "rank 1"]


def test_that_logarithmic_axes_space_powers_of_ten_alike(plot: LinePlot) -> None:
    places = [plot._place(plot._plot(), x, 5 * x).x() for x in (1, 10, 100)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])


def test_that_ctrl_and_the_wheel_zoom_and_a_double_click_shows_all(qtbot: QtBot, plot: LinePlot) -> None:
    whole = plot._range_x()

    def wheel(modifiers: Qt.KeyboardModifier) -> bool:
        middle = QPointF(plot.rect().center())
        event = QWheelEvent(
            middle,
            plot.mapToGlobal(middle),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(plot, event)
        return event.isAccepted()

    assert not wheel(Qt.KeyboardModifier.NoModifier)
    assert plot._range_x() == whole
    wheel(Qt.KeyboardModifier.ControlModifier)
    low, high = plot._range_x()
    assert whole[0] < low < high < whole[1]
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton)
    assert plot._range_x() == whole


@pytest.mark.parametrize(
    "series",
    [(), (Series("one point", 0, [3], [0.5]),), (Series("flat", 0, [0, 1], [2, 2]),), SERIES[:1]],
)
def test_that_odd_series_are_drawn(plot: LinePlot, series: tuple[Series, ...]) -> None:
    plot.show_series(series, Axis("α"), Axis("efficiency"))
    assert not plot.grab().isNull()
    assert plot.series == series


def test_that_it_can_be_taken_along_as_a_drawing(plot: LinePlot) -> None:
    drawing = svg_of(plot).decode()
    assert drawing.count(">first<") == 1
    assert "<title>Curves</title>" in drawing
