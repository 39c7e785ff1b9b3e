"""Every control has a name, in every place of the window and in everything that floats over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from app.panels import PLACES
from app.window import Window
from core.project.project import Project


def nameless(root: QWidget) -> list[str]:
    """Visible widgets that take focus and that a screen reader could only call by their class."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.focusPolicy() is Qt.FocusPolicy.NoFocus:
            continue
        if isinstance(widget, QScrollBar) or isinstance(widget.focusProxy(), QWidget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if not (interface and interface.text(QAccessible.Text.Name).strip()):
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.parametrize("place", [place.key for place in PLACES])
def test_that_every_control_of_a_place_has_a_name(
    qtbot: QtBot, window: Window, open_project: Callable[[], Project], place: str
) -> None:
    open_project()
    window.go(place)
    assert window.panel is not None
    assert nameless(window) == []


def test_that_every_control_that_floats_has_a_name(
    qtbot: QtBot, window: Window, open_project: Callable[[], Project]
) -> None:
    open_project()
    window.banners.say("A sentence.", "warning", ("Act", lambda: None))
    for key in ("palette.open", "run.queue", "help.shortcuts", "help.start"):
        window.commands.run(key)
        assert nameless(window) == [], key


def test_that_tab_reaches_the_rail_the_bars_and_the_panel(
    qtbot: QtBot, window: Window, open_project: Callable[[], Project]
) -> None:
    open_project()
    window.go("assets")
    window.activateWindow()
    window.top_bar.project.setFocus()
    reached: list[QWidget] = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        if focused is None or focused in reached:
            break
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    for area in (window.top_bar, window.rail, window.panel, window.job_bar):
        assert area is not None
        assert any(area.isAncestorOf(widget) for widget in reached), area
