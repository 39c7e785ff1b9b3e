"""A whole graft through the panel: a real model, the real engine, nothing made up."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from tqdm import tqdm

from app.panels.transplant.graft.tab import GraftTab
from app.session import Session
from core.project.project import Project
from tests.core.transplant.toys import ROLES, prose, trained, write_llama


@pytest.mark.story
def test_that_a_graft_goes_from_the_drop_to_the_written_model(
    qtbot: QtBot,
    session: Session,
    project: Project,
    tab: GraftTab,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # a thread that writing the models would leave behind
    base, target = tmp_path / "base", tmp_path / "target"
    write_llama(base, trained("byte-level", 600), ROLES["byte-level"])
    write_llama(target, trained("unigram", 420), ROLES["unigram"], width=48)
    text = tmp_path / "prose.txt"
    text.write_text(prose()[:1_500], encoding="utf-8")
    heard: set[str] = set()
    session.run_event.connect(lambda run_id, event: heard.add(event.type))

    assert tab.drop([base, target, text])
    tab.page.setup.set_field("method.k", 4)
    qtbot.waitUntil(tab.page.setup.run.isEnabled)
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.result is not None, timeout=60_000)

    assert tab.page.run is not None
    assert tab.page.result is not None
    assert {"progress", "partial", "finished"} <= heard
    assert Path(tab.page.result.out) == project.run_folder(tab.page.run.id) / "model"
    assert (Path(tab.page.result.out) / "model.safetensors").is_file()
    assert "bits per byte" in tab.page.answer.sentence.text()
    shown = {part.key: part.amount for part in tab.bar.parts}
    assert shown == {
        key: value for key, value in tab.page.result.sources.items() if value and key != "padding"
    }
    assert [pair.name for pair in tab.slices.dots.pairs] == ["prose.txt"]
    assert tab.slices.divided.text()
    tokens = tab.tokens
    tokens.table.selectRow(0)
    worst = tab.page.result.worst[0]
    start, end = worst.example_at or (0, 0)
    assert tokens.examples[0].marked() == worst.example[start:end]
    command = shlex.split(session.show_command(tab.page.run.spec))
    assert command[:2] == ["lexigraft", "transplant"]
    assert str(base) in command
