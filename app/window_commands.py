"""What a person can do with the window: go places, change its look, find help."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import theme
from app.commands import Command
from app.crash import log_folder
from app.panels import PLACES
from app.settings import SCALES

if TYPE_CHECKING:
    from app.about import About
    from app.window import Window

LOOKS = (
    ("system", "Follow the system's light or dark"),
    ("light", "Use light colours"),
    ("dark", "Use dark colours"),
)


class WindowCommands:
    def __init__(self, window: Window) -> None:
        self._window = window
        self._session = window.session

    def commands(self) -> list[Command]:
        window, session = self._window, self._session

        def runs() -> bool:
            return session.running is not None

        return [
            Command("palette.open", "Search, or type a command", window.search, "Ctrl+K"),
            *(
                Command(
                    f"go.{place.key}", f"Go to {place.title}", partial(window.go, place.key), f"Ctrl+{number}"
                )
                for number, place in enumerate(PLACES, start=1)
            ),
            Command("run.pause", "Pause or go on with the running job", self.toggle_pause, "Ctrl+P", runs),
            Command("run.stop", "Stop the running job", self.stop, "Ctrl+.", runs),
            Command("run.queue", "Show the queue", window.show_queue, "Ctrl+J"),
            Command("view.toggle", "Switch between light and dark", self.toggle_theme, "Ctrl+Shift+L"),
            *(Command(f"view.{mode}", title, partial(self.set_theme, mode)) for mode, title in LOOKS),
            *(
                Command(f"view.scale.{scale}", f"Interface size {scale} %", partial(self.set_scale, scale))
                for scale in SCALES
            ),
            Command("view.rail", "Fold or unfold the left rail", self.toggle_rail, "Ctrl+B"),
            Command("help.start", "What you can do here", window.show_start, "F1"),
            Command("help.shortcuts", "Keyboard shortcuts", self.show_shortcuts, "Ctrl+/"),
            Command("help.log", "Show the log's folder", self.show_log),
            Command("help.about", "About Lexigraft", self.show_about),
            Command("window.close", "Close Lexigraft", lambda: window.close(), "Ctrl+Q"),
        ]

    def toggle_pause(self) -> None:
        running = self._session.running
        if running is not None:
            act: Callable[[int], None] = self._session.resume if self._session.paused else self._session.pause
            act(running.id)

    def stop(self) -> None:
        running = self._session.running
        if running is not None:
            self._session.cancel(running.id)

    def set_theme(self, mode: str) -> None:
        theme.current().set_mode(cast("theme.Mode", mode))
        self._window.settings.put("view/theme", mode)

    def toggle_theme(self) -> None:
        self.set_theme("light" if theme.tokens().name == "dark" else "dark")

    def set_scale(self, scale: int) -> None:
        self._window.settings.put("view/scale", scale)
        self._session.message.emit(f"The interface is {scale} % large from the next start on.", "success")

    def toggle_rail(self) -> None:
        self._window.rail.set_collapsed(not self._window.rail.collapsed)

    def show_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))

    def show_shortcuts(self) -> None:
        self._sheet().show_shortcuts(self._window.commands.all())

    def show_about(self) -> None:
        self._sheet().show_versions(self._session)

    def _sheet(self) -> About:
        from app.about import About

        return About(self._window)
