"""Commands: the one list that feeds menus, the palette, shortcuts and help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """Something a person can do.

    `id` is stable and dotted (``project.open``); `title` begins with a verb; `shortcut` as Qt writes it
    (``Ctrl+K``); `enabled` is asked whenever the command is about to be offered.
    """

    id: str
    title: str
    run: Callable[[], object]
    shortcut: str = ""
    enabled: Callable[[], bool] = _always


class Commands(QObject):
    """The commands of one window, each with its `QAction`."""

    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}

    def add(self, commands: Iterable[Command]) -> None:
        """Register commands; some may share a shortcut. Raises ValueError when an id is taken."""
        for command in commands:
            if command.id in self._commands:
                raise ValueError(f"command {command.id!r} is registered twice")
            action = QAction(command.title, self._window)
            action.setObjectName(command.id)
            if command.shortcut and len(self._sharing(command)) == 0:
                action.setShortcut(QKeySequence(command.shortcut))
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(lambda checked=False, key=command.id: self._press(key))
            self._window.addAction(action)
            self._commands[command.id] = command
            self._actions[command.id] = action
        self.changed.emit()

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            action = self._actions.pop(key)
            command = self._commands.pop(key)
            self._window.removeAction(action)
            heirs = self._sharing(command)
            if heirs and not action.shortcut().isEmpty():
                self._actions[heirs[0].id].setShortcut(action.shortcut())
            action.deleteLater()
        self.changed.emit()

    def run(self, key: str) -> None:
        command = self._commands[key]
        if command.enabled():
            command.run()

    def _press(self, key: str) -> None:
        """By its shortcut, maybe, which runs the one of those that share it that can be run now."""
        command = self._commands[key]
        able = next((one for one in (command, *self._sharing(command)) if one.enabled()), None)
        if able is not None:
            able.run()

    def _sharing(self, command: Command) -> list[Command]:
        """The other commands of the same shortcut: panels of which one is shown at a time."""
        if not command.shortcut:
            return []
        others = [one for one in self._commands.values() if one.id != command.id]
        return [one for one in others if one.shortcut == command.shortcut]

    def action(self, key: str) -> QAction:
        return self._actions[key]

    def refresh(self) -> None:
        """Ask every command whether it can run, before a menu shows them."""
        for key, command in self._commands.items():
            able = (command, *self._sharing(command))
            self._actions[key].setEnabled(any(one.enabled() for one in able))

    def all(self) -> list[Command]:
        return list(self._commands.values())


def shortcut_text(shortcut: str) -> str:
    """As the system writes it (``⌘K`` on a Mac)."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
