from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar
from pytestqt.qtbot import QtBot

from app.panels.unbuilt import GenerationPanel
from app.session import Session


def test_that_it_says_in_one_sentence_what_will_be_there_and_pretends_nothing(
    qtbot: QtBot, session: Session
) -> None:
    panel = GenerationPanel(session)
    qtbot.addWidget(panel)
    sentences = [
        label.text() for label in panel.findChildren(QLabel) if label.text().startswith("Not built yet")
    ]
    assert len(sentences) == 1
    assert sentences[0].count(".") == 1
    buttons = [
        button for button in panel.findChildren(QAbstractButton) if button.parent().__class__ is not QTabBar
    ]
    assert not buttons
