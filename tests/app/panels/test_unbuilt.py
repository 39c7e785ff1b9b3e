from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar
from pytestqt.qtbot import QtBot

from app.panels.unbuilt import GenerationPanel, RetrievalPanel, UnbuiltPanel
from app.session import Session


@pytest.mark.parametrize("kind", [RetrievalPanel, GenerationPanel])
def test_that_it_says_in_one_sentence_what_will_be_there_and_pretends_nothing(
    qtbot: QtBot, session: Session, kind: type[UnbuiltPanel]
) -> None:
    panel = kind(session)
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
