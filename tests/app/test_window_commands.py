from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import theme
from app.about import About
from app.settings import SCALES
from app.window import Window
from core.project.project import Project

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(("number", "key"), [(2, "tokenizers"), (4, "retrieval"), (6, "assets")])
def test_that_control_and_a_number_go_places(
    qtbot: QtBot, window: Window, open_project: Callable[[], Project], number: int, key: str
) -> None:
    open_project()
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), CONTROL)
    assert window.panel is not None
    assert window.panel.key == key


def test_that_the_look_is_switched_and_remembered(window: Window) -> None:
    window.commands.run("view.light")
    window.commands.run("view.toggle")
    assert theme.tokens() is theme.DARK
    assert window.settings.text("view/theme") == "dark"
    window.commands.run("view.system")
    assert theme.current().mode == "system"
    window.commands.run("view.light")


def test_that_every_size_can_be_chosen_and_is_kept_for_the_next_start(window: Window) -> None:
    for scale in SCALES:
        window.commands.run(f"view.scale.{scale}")
        assert window.settings.scale == scale
        assert f"{scale} %" in window.banners.shown()[-1].text


def test_that_the_shortcuts_are_listed_from_the_register(window: Window) -> None:
    window.commands.run("help.shortcuts")
    (sheet,) = window.findChildren(About)
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    for command in window.commands.all():
        assert (command.title in texts) == bool(command.shortcut)
    sheet.close_and_return()


def test_that_about_tells_versions_without_importing_anything(qtbot: QtBot, window: Window) -> None:
    window.commands.run("help.about")
    (sheet,) = window.findChildren(About)
    qtbot.waitUntil(sheet.isVisible)
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert "torch" in texts
    assert any(text.startswith("Lexigraft 0") for text in texts)


def test_that_the_rail_folds(window: Window) -> None:
    folded = window.rail.collapsed
    window.commands.run("view.rail")
    assert window.rail.collapsed is not folded
