"""The map of points: moved, zoomed, hovered, brushed, by mouse and by keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.density_map import DensityMap, Mark, Sign

GRID = np.array([(x, y) for x in range(10) for y in range(10)], dtype=np.float32)


@pytest.fixture
def plane(qtbot: QtBot) -> DensityMap:
    theme.current().set_mode("light")
    made = DensityMap("Map", lambda number: f"document {number}")
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    made.show_points(GRID)
    return made


def at(plane: DensityMap, number: int) -> QPoint:
    return plane.place(GRID[number]).toPoint()


def test_that_all_points_are_seen_at_first_and_after_a_resize(plane: DensityMap) -> None:
    assert len(plane.within(QRectF(plane.rect()))) == 100
    plane.resize(300, 260)
    assert len(plane.within(QRectF(plane.rect()))) == 100


def test_that_hovering_tells_the_point_under_the_mouse(qtbot: QtBot, plane: DensityMap) -> None:
    with qtbot.waitSignal(plane.hovered) as heard:
        qtbot.mouseMove(plane, at(plane, 42) + QPoint(2, 1))
    assert heard.args == [42]
    assert plane.nearest(QPointF(at(plane, 42) + QPoint(22, 22))) == -1


def test_that_a_click_chooses_and_a_drag_moves(qtbot: QtBot, plane: DensityMap) -> None:
    with qtbot.waitSignal(plane.chosen) as heard:
        qtbot.mouseClick(plane, Qt.MouseButton.LeftButton, pos=at(plane, 13))
    assert heard.args == [13]
    before = at(plane, 13)
    with qtbot.assertNotEmitted(plane.chosen):
        qtbot.mousePress(plane, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
        qtbot.mouseMove(plane, QPoint(130, 90))
        qtbot.mouseRelease(plane, Qt.MouseButton.LeftButton, pos=QPoint(130, 90))
    assert at(plane, 13) - before == QPoint(30, -10)


def test_that_shift_and_a_drag_brush(qtbot: QtBot, plane: DensityMap) -> None:
    low, high = at(plane, 0) + QPoint(-8, 8), at(plane, 22) + QPoint(8, -8)
    shift = Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(plane.brushed) as heard:
        qtbot.mousePress(plane, Qt.MouseButton.LeftButton, shift, low)
        qtbot.mouseMove(plane, high)
        qtbot.mouseRelease(plane, Qt.MouseButton.LeftButton, shift, high)
    assert sorted(heard.args[0].tolist()) == [0, 1, 2, 10, 11, 12, 20, 21, 22]
    assert heard.args[0][0] == 11


def test_that_keys_move_zoom_and_brush(qtbot: QtBot, plane: DensityMap) -> None:
    plane.setFocus()
    for _ in range(8):
        qtbot.keyClick(plane, Qt.Key.Key_Plus)
    with qtbot.waitSignal(plane.brushed) as heard:
        qtbot.keyClick(plane, Qt.Key.Key_Return)
    assert 0 < len(heard.args[0]) < 30
    before = plane.place(GRID[0])
    qtbot.keyClick(plane, Qt.Key.Key_Right)
    assert plane.place(GRID[0]).x() < before.x()
    qtbot.keyClick(plane, Qt.Key.Key_0)
    assert len(plane.within(QRectF(plane.rect()))) == 100


def test_that_a_screen_reader_hears_what_is_in_the_middle(qtbot: QtBot, plane: DensityMap) -> None:
    plane.look_at([55])
    qtbot.waitUntil(lambda: "in the middle: document 55" in plane.accessibleDescription())
    assert plane.accessibleName() == "Map"


def test_that_the_wheel_scrolls_the_page_until_the_map_is_meant(plane: DensityMap) -> None:
    def turn(modifiers: Qt.KeyboardModifier) -> bool:
        place = QPointF(250, 250)
        event = QWheelEvent(
            place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, modifiers,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(plane, event)
        return event.isAccepted()

    plane.clearFocus()
    scale = plane._scale
    assert not turn(Qt.KeyboardModifier.NoModifier)
    assert plane._scale == scale
    assert turn(Qt.KeyboardModifier.ControlModifier)
    assert plane._scale > scale


def test_that_moving_does_not_draw_the_points_again(plane: DensityMap) -> None:
    plane.grab()
    image = plane._image
    for _ in range(10):
        plane.move_by(6, 3)
        plane.grab()
    assert plane._image is image
    for _ in range(60):
        plane.move_by(6, 0)
    plane._zoom(3)
    plane.grab()
    assert plane._image is not image


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_points_marks_and_lines_are_drawn(mode: str, plane: DensityMap) -> None:
    theme.current().set_mode(mode)
    bare = plane.grab().toImage()
    field = bare.pixelColor(3, 3)
    assert bare.pixelColor(at(plane, 37)) != field
    plane.show_marks([Mark(37, Sign.RELEVANT), Mark(60, Sign.MISSED), Mark(5, Sign.OTHER)], GRID[44])
    marked = plane.grab().toImage()
    assert marked.pixelColor(at(plane, 37)).name() == theme.tokens().copied
    assert marked.pixelColor(at(plane, 60)).name() == theme.tokens().after
    assert marked.pixelColor(at(plane, 5)).name() == theme.tokens().surface
    assert marked != bare
    theme.current().set_mode("light")


@pytest.mark.parametrize("points", [GRID[:0], GRID[:1], np.repeat(GRID[:1], 5, axis=0)])
def test_that_no_point_one_and_equal_ones_are_borne(points: np.ndarray, plane: DensityMap) -> None:
    plane.show_points(points)
    plane._zoom(4)
    plane.move_by(10, 10)
    plane.show_all()
    assert not plane.grab().isNull()
    assert len(plane.within(QRectF(plane.rect()))) == len(points)


def test_that_many_points_are_shown_as_density_until_there_is_room(plane: DensityMap) -> None:
    points = np.random.default_rng(0).standard_normal((60_000, 2)).astype(np.float32)
    plane.show_points(points)
    whole = plane.grab().toImage()
    middle = whole.pixelColor(plane.place(np.zeros(2, dtype=np.float32)).toPoint())
    assert middle != whole.pixelColor(3, 3)
    for _ in range(14):
        plane._zoom(1.3)
    seen = plane.within(QRectF(plane.rect()))
    assert 0 < len(seen) < 3000
    close = plane.grab().toImage()
    spots = [close.pixelColor(plane.place(points[number]).toPoint()).blue() for number in seen[:50]]
    assert np.mean(spots) < 215
