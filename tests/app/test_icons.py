from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from app import theme
from app.icons import icon
from app.panels import PLACES
from core.folders import resources_folder

NAMES = sorted(path.stem for path in (resources_folder() / "icons").glob("*.svg"))


def inks(shown: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    """The colours of the pixels that are fully painted."""
    image = shown.pixmap(QSize(64, 64), 1.0, mode).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = (image.pixelColor(x, y) for x in range(64) for y in range(64))
    return {QColor(pixel).name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("name", NAMES)
def test_that_every_icon_draws_something(qapp: QApplication, name: str) -> None:
    assert inks(icon(name))


def test_that_every_place_has_an_icon() -> None:
    assert {place.key for place in PLACES} <= set(NAMES)


def test_that_an_icon_follows_the_theme_after_it_was_made(qapp: QApplication) -> None:
    look = theme.current()
    look.set_mode("light")
    shown = icon("runs", "accent")
    gc.collect()
    assert theme.LIGHT.accent in inks(shown)
    look.set_mode("dark")
    assert theme.DARK.accent in inks(shown)
    look.set_mode("light")
