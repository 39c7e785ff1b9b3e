from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.widgets.command_sheet import CommandSheet
from app.window import Window

COMMAND = "lexigraft transplant --base 'my <b>models</b>/a' --method omp"


def test_that_a_command_is_shown_as_it_is_and_copied_with_one_key(qtbot: QtBot, window: Window) -> None:
    sheet = CommandSheet(window, "The command that repeats run 3", COMMAND)
    sheet.open()
    assert sheet.text.toPlainText() == COMMAND
    assert sheet.text.isReadOnly()
    qtbot.keyClick(sheet.copy, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == COMMAND


def test_that_escape_closes_it_for_good_and_it_fits_the_least_window(qtbot: QtBot, window: Window) -> None:
    window.resize(1024, 640)
    sheet = CommandSheet(window, "The command", COMMAND * 100)
    sheet.open()
    assert window.rect().contains(sheet.geometry())
    with qtbot.waitSignal(sheet.destroyed):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is not sheet
