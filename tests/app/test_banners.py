from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app import banners
from app.banners import Banners


def made(qtbot: QtBot) -> Banners:
    widget = Banners()
    qtbot.addWidget(widget)
    return widget


def test_that_a_sentence_said_twice_is_shown_once(qtbot: QtBot) -> None:
    area = made(qtbot)
    for _ in range(2):
        area.say("The disk is full.", "error")
    assert [banner.text for banner in area.shown()] == ["The disk is full."]


def test_that_the_oldest_makes_room(qtbot: QtBot) -> None:
    area = made(qtbot)
    for number in range(banners.SHOWN + 2):
        area.say(str(number), "info")
    assert [banner.text for banner in area.shown()] == ["2", "3", "4"]


def test_that_its_action_runs_and_takes_it_away(qtbot: QtBot) -> None:
    area, ran = made(qtbot), []
    area.say("Run 3 was interrupted.", "warning", ("Resume", lambda: ran.append(3)))
    (banner,) = area.shown()
    verb = next(button for button in banner.findChildren(QPushButton) if button.text() == "Resume")
    qtbot.mouseClick(verb, Qt.MouseButton.LeftButton)
    assert ran == [3]
    assert area.shown() == []
    assert area.isHidden()


def test_that_text_is_never_taken_for_markup(qtbot: QtBot) -> None:
    area = made(qtbot)
    area.say("<b>token</b> is <img src=x>", "info")
    labels = area.shown()[0].findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_that_success_goes_by_itself_and_an_error_stays(qtbot: QtBot, monkeypatch: object) -> None:
    monkeypatch.setattr(banners, "SUCCESS_SECONDS", 0)
    area = made(qtbot)
    area.say("It failed.", "error")
    area.say("Saved.", "success")
    qtbot.waitUntil(lambda: [banner.text for banner in area.shown()] == ["It failed."])
