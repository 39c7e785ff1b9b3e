from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs import Choice, Dialogs

CHOICES = (
    Choice("wait", "Wait", "primary"),
    Choice("stop", "Stop", "danger"),
    Choice("no", "Keep", "cancel"),
)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def answer(press: object) -> None:
    """Once a message box is up, press a key or the button of this name."""

    def act() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(10, act)
            return
        assert box.textFormat() == Qt.TextFormat.PlainText
        if press is None:
            QTest.keyClick(box, Qt.Key.Key_Escape)
        else:
            next(button for button in box.buttons() if button.text() == press).click()

    QTimer.singleShot(0, act)


@pytest.mark.parametrize(("press", "key"), [("Wait", "wait"), ("Stop", "stop"), (None, "no")])
def test_that_a_choice_is_the_button_pressed_and_escape_is_no(
    parent: QWidget, press: str | None, key: str
) -> None:
    answer(press)
    assert Dialogs().choose(parent, "A run is going.", "<b>What now?</b>", CHOICES) == key


def test_that_confirm_is_yes_only_for_the_verb(parent: QWidget) -> None:
    answer("Repair")
    assert Dialogs().confirm(parent, "Found 3.", "", "Repair")
    answer(None)
    assert not Dialogs().confirm(parent, "Found 3.", "", "Repair", danger=True)


def test_that_pickers_give_paths_or_nothing(parent: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: ("/a/b.txt", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: (["/a", "/b"], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: ("", ""))
    dialogs = Dialogs()
    assert dialogs.open_file(parent, "Open") == Path("/a/b.txt")
    assert dialogs.open_files(parent, "Open") == [Path("/a"), Path("/b")]
    assert dialogs.open_folder(parent, "Open") is None
    assert dialogs.save_file(parent, "Save") is None


@pytest.mark.parametrize(
    ("given", "taken"), [(("  lab ", True), "lab"), (("   ", True), None), (("lab", False), None)]
)
def test_that_a_line_of_text_is_stripped_and_empty_is_nothing(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch, given: tuple[str, bool], taken: str | None
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *args: given)
    assert Dialogs().ask_text(parent, "Rename", "Name") == taken
