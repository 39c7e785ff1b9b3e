"""What the window remembers between starts: a small INI file in the user's settings folder."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSettings
from PySide6.QtGui import QGuiApplication

from core.folders import config_folder

SCALES = (100, 125, 150, 175, 200)
"""Sizes of the interface, in percent of the system's."""
_VISIBLE = 120
"""Pixels of a window, each way, that must lie on a screen for its place to be taken up again."""


class Settings:
    """Typed access; whatever cannot be read counts as never set.

    With `ignore`, everything does: a start in safe mode, which keeps what was set for the next.
    """

    def __init__(self, *, ignore: bool = False) -> None:
        self._ignore = ignore
        self._file = QSettings(str(config_folder() / "desktop.ini"), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        value = default if self._ignore else self._file.value(key, default)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int) -> int:
        try:
            return int(self.text(key, str(default)))
        except ValueError:
            return default

    def flag(self, key: str, default: bool = False) -> bool:
        return self.text(key, "yes" if default else "no") == "yes"

    def put(self, key: str, value: str | int | bool) -> None:
        self._file.setValue(key, ("yes" if value else "no") if isinstance(value, bool) else str(value))

    def forget(self, *keys: str) -> None:
        for key in keys:
            self._file.remove(key)

    def save(self) -> None:
        """Write now; otherwise Qt does so within seconds."""
        self._file.sync()

    @property
    def scale(self) -> int:
        """Percent, one of `SCALES`; takes effect at the next start."""
        value = self.number("view/scale", 100)
        return value if value in SCALES else 100

    def put_place(self, place: QRect, maximized: bool) -> None:
        self.put("window/place", f"{place.x()},{place.y()},{place.width()},{place.height()}")
        self.put("window/maximized", maximized)

    def place(self) -> QRect | None:
        """Where the window was, if enough of that still lies on a screen."""
        try:
            place = QRect(*(int(part) for part in self.text("window/place").split(",")))
        except (TypeError, ValueError):
            return None
        for screen in QGuiApplication.screens():
            seen = screen.availableGeometry().intersected(place)
            if seen.width() >= _VISIBLE and seen.height() >= _VISIBLE:
                return place
        return None
