from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.widgets.alternatives_list import AlternativesList, Choice

CHOICES = [
    Choice(1, "␣worst", 0.5, 0.5, taken=True),
    Choice(2, "␣lamp", 0.25, 0.75),
    Choice(3, "שלום", 0.0001, 0.7501),
]


@pytest.fixture
def made(qtbot: QtBot) -> AlternativesList:
    found = AlternativesList("Alternatives")
    qtbot.addWidget(found)
    found.resize(320, 200)
    found.show_choices(CHOICES, 1)
    found.show()
    return found


def test_that_keys_choose_and_return_takes(qtbot: QtBot, made: AlternativesList) -> None:
    made.setFocus()
    with qtbot.waitSignal(made.chosen) as chosen:
        qtbot.keyClick(made, Qt.Key.Key_Down)
    assert chosen.args == [CHOICES[0]]
    qtbot.keyClick(made, Qt.Key.Key_Down)
    assert made.accessibleDescription() == "␣lamp: 25.0 %, together with those before 75.0 %"
    with qtbot.waitSignal(made.taken) as taken:
        qtbot.keyClick(made, Qt.Key.Key_Return)
    assert taken.args == [CHOICES[1]]


def test_that_a_press_chooses_and_a_double_click_takes(qtbot: QtBot, made: AlternativesList) -> None:
    row = QPoint(60, made.height() - 15)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=row)
    assert made.picked == CHOICES[2]
    with qtbot.waitSignal(made.taken) as taken:
        qtbot.mouseDClick(made, Qt.MouseButton.LeftButton, pos=row)
    assert taken.args == [CHOICES[2]]


def test_that_nothing_is_taken_before_something_is_chosen(qtbot: QtBot, made: AlternativesList) -> None:
    with qtbot.assertNotEmitted(made.taken):
        qtbot.keyClick(made, Qt.Key.Key_Return)


def test_that_what_stands_in_the_text_is_said(made: AlternativesList) -> None:
    assert "It stands in the text." in made.words(CHOICES[0])
    assert made.words(Choice(9, "x", 1e-5, None, words="Rank 37")) == "x: 0.001 %\nRank 37"
