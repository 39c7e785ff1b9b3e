from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.settings import Settings


def test_that_what_was_put_is_there_at_the_next_start(qapp: QApplication) -> None:
    settings = Settings()
    settings.put("view/theme", "dark")
    settings.put("view/scale", 150)
    settings.put("window/rail-collapsed", True)
    settings.save()
    again = Settings()
    assert again.text("view/theme") == "dark"
    assert again.scale == 150
    assert again.flag("window/rail-collapsed")


def test_that_safe_mode_sees_nothing_and_forgets_nothing(qapp: QApplication) -> None:
    Settings().put("view/theme", "dark")
    assert Settings(ignore=True).text("view/theme", "system") == "system"
    assert Settings().text("view/theme") == "dark"


@pytest.mark.parametrize("value", ["", "1,2,3", "a,b,c,d", "1,2,3,4,5"])
def test_that_a_place_that_cannot_be_read_counts_as_none(qapp: QApplication, value: str) -> None:
    settings = Settings()
    settings.put("window/place", value)
    assert settings.place() is None


def test_that_a_place_on_a_screen_that_is_gone_is_not_taken_up(qapp: QApplication) -> None:
    screen = QGuiApplication.primaryScreen().availableGeometry()
    settings = Settings()
    inside = QRect(screen.x() + 10, screen.y() + 10, 500, 400)
    settings.put_place(inside, maximized=False)
    assert settings.place() == inside
    settings.put_place(inside.translated(100_000, 0), maximized=False)
    assert settings.place() is None
    settings.put_place(QRect(screen.right() - 20, screen.y(), 500, 400), maximized=False)
    assert settings.place() is None


def test_that_a_size_nobody_offers_counts_as_normal(qapp: QApplication) -> None:
    settings = Settings()
    settings.put("view/scale", 9_000)
    assert settings.scale == 100
