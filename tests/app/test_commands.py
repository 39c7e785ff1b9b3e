from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Command, Commands
from app.window import Window


def test_that_a_shortcut_runs_its_command(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ran: list[str] = []
    Commands(window).add([Command("a.b", "Do it", lambda: ran.append("a.b"), "Ctrl+D")])
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert ran == ["a.b"]


def test_that_a_command_that_cannot_run_does_not(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ran: list[str] = []
    commands = Commands(window)
    commands.add([Command("a.b", "Do it", lambda: ran.append("a.b"), enabled=lambda: False)])
    commands.run("a.b")
    commands.refresh()
    assert not ran
    assert not commands.action("a.b").isEnabled()


def test_that_an_id_is_registered_once(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.add([Command("a.b", "Do it", print)])
    with pytest.raises(ValueError, match=r"a\.b"):
        commands.add([Command("a.b", "Do it again", print)])
    commands.remove(["a.b"])
    commands.add([Command("a.b", "Do it anew", print)])
    assert [command.title for command in commands.all()] == ["Do it anew"]


def test_that_every_action_of_every_menu_is_in_the_register(window: Window) -> None:
    registered = {command.id for command in window.commands.all()}
    menus = [menu for menu in window.findChildren(QMenu) if menu.actions()]
    assert len(menus) >= 3
    for menu in menus:
        for action in menu.actions():
            if not action.isSeparator() and action.menu() is None and not action.property("recent"):
                assert action.objectName() in registered, action.text()


def test_that_no_two_commands_share_a_shortcut(window: Window) -> None:
    used = [action.shortcut().toString() for action in window.findChildren(QAction) if action.objectName()]
    keys = [key for key in used if key]
    assert len(keys) == len(set(keys))


def test_that_of_those_that_share_a_shortcut_the_one_that_can_run_does(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ran: list[str] = []
    able = {"first": False, "second": True}
    commands = Commands(window)
    for name in able:
        command = Command(
            f"{name}.run",
            "Run it",
            lambda name=name: ran.append(name),  # type: ignore[misc]
            "Ctrl+Return",
            lambda name=name: able[name],  # type: ignore[misc]
        )
        commands.add([command])
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    press = (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    commands.refresh()
    qtbot.keyClick(window, *press)
    able.update(first=True, second=False)
    qtbot.keyClick(window, *press)
    assert ran == ["second", "first"]
    commands.remove(["first.run"])
    able["second"] = True
    qtbot.keyClick(window, *press)
    assert ran == ["second", "first", "second"]
