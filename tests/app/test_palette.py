from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.palette import Entry, Palette, rank
from app.window import Window


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("op", "Open a project…", "Show the top tokens"),
        ("proj op", "Open a project…", "New project…"),
        ("OMP", "Run 3 · OMP k 16", "Compare runs"),
    ],
)
def test_that_beginnings_of_words_come_first(query: str, better: str, worse: str) -> None:
    good, bad = rank(query, better), rank(query, worse)
    assert good is not None
    assert bad is None or good < bad


def test_that_every_word_must_be_found() -> None:
    assert rank("open sky", "Open a project…") is None
    assert rank("", "anything") == 0


@pytest.fixture
def palette(window: Window) -> Palette:
    window.search()
    assert window.palette_view is not None
    return window.palette_view


def shown(palette: Palette) -> list[str]:
    model = palette.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_that_a_few_letters_and_enter_run_a_command(qtbot: QtBot, window: Window, palette: Palette) -> None:
    qtbot.keyClicks(palette.field, "go to gen")
    assert shown(palette)[0] == "Go to Generation"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isHidden()
    assert window.panel is not None
    assert window.panel.key == "generation"


def test_that_arrows_choose_and_stay_inside(qtbot: QtBot, palette: Palette) -> None:
    ran: list[int] = []
    palette.close_and_return()
    palette.offer(
        [Entry(f"Thing {number}", "", lambda number=number: ran.append(number)) for number in range(3)]
    )
    for _ in range(9):
        qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == [1]


def test_that_escape_closes_it_and_gives_focus_back(qtbot: QtBot, window: Window) -> None:
    field = QLineEdit(window)
    field.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    window.search()
    palette = window.palette_view
    assert palette is not None
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert field.hasFocus()


def test_that_a_press_elsewhere_closes_it(qtbot: QtBot, window: Window, palette: Palette) -> None:
    qtbot.mouseClick(window.job_bar, Qt.MouseButton.LeftButton)
    assert palette.isHidden()


def test_that_it_says_when_nothing_is_found_and_enter_does_nothing(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.field, "qqqq")
    assert shown(palette) == []
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_that_every_command_is_offered(window: Window, palette: Palette) -> None:
    offered = set(shown(palette))
    able = {command.title for command in window.commands.all() if command.enabled()}
    assert able - offered == {"Search, or type a command"}
