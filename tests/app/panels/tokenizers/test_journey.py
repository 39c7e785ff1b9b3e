"""A tokenizer's whole way through the panel: trained, extended, looked through. Nothing is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.job_tab import TokenizerTab
from app.panels.tokenizers.panel import TokenizersPanel
from app.panels.tokenizers.vocabulary.tab import VocabularyTab
from app.session import Session
from core.project.project import Project

WORDS = ("the eNodeB sends the bearer to the gNB", "a king of the west rode out", "who goes there")


@pytest.mark.story
def test_that_a_tokenizer_is_trained_extended_and_looked_through(
    qtbot: QtBot, session: Session, project: Project, tmp_path: Path
) -> None:
    panel = TokenizersPanel(session)
    qtbot.addWidget(panel)
    panel.resize(1_100, 700)
    panel.restore_view({"tab": "train"})
    panel.show()
    text = tmp_path / "field.txt"
    text.write_text("\n\n".join(f"{words} {number}." for number in range(60) for words in WORDS))

    train = panel.made("train")
    assert isinstance(train, TokenizerTab)
    assert panel.drop([text])
    train.page.setup.set_field("algorithm", "bpe")
    train.page.setup.set_field("vocab_size", 290)
    trained = run(qtbot, train)
    assert trained.vocab_size == 290
    assert Path(trained.out) == project.run_folder(1) / "tokenizer"

    extend = panel.made("extend")
    assert isinstance(extend, TokenizerTab)
    panel.select_tab("extend")
    assert panel.drop([Path(trained.out), text])
    extend.page.setup.set_field("add", 5)
    extended = run(qtbot, extend)
    assert extended.old_size == 290
    assert len(extended.added) == 5

    extend.page.answer.buttons["vocabulary"].click()
    assert panel.tab == "vocabulary"
    vocabulary = panel.made("vocabulary")
    assert isinstance(vocabulary, VocabularyTab)
    qtbot.waitUntil(lambda: vocabulary.number.text() == "295 tokens")
    assert [(part.label, part.amount) for part in vocabulary.overlap.parts] == [
        ("both", 290),
        ("only run 2", 5),
    ]
    vocabulary.sides.choose("second")
    qtbot.waitUntil(lambda: vocabulary.number.text() == "5 tokens")


def run(qtbot: QtBot, tab: TokenizerTab) -> Any:
    """Press *Run*, and wait for the result."""
    qtbot.waitUntil(tab.page.setup.run.isEnabled)
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.result is not None, timeout=60_000)
    return tab.page.result
