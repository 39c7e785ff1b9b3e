"""A healing's whole way through the tab, from *Run* to its curve. Nothing is made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.transplant.heal.tab import HealTab
from app.panels.transplant.panel import TransplantPanel
from core.project.project import Project
from tests.tiny_models import write_text, write_tiny_model


@pytest.mark.story
def test_that_a_model_is_healed_and_written(
    qtbot: QtBot, panel: TransplantPanel, project: Project, tmp_path: Path
) -> None:
    model = write_tiny_model(tmp_path / "graft")
    base = write_tiny_model(tmp_path / "base", seed=1)
    text = write_text(tmp_path / "field.txt", 4_000)
    panel.restore_view({"tab": "heal"})
    tab = panel.made("heal")
    assert isinstance(tab, HealTab)
    assert tab.drop([model, base, text])
    for field, value in (("train", "embeddings"), ("tokens", 3_000), ("looks", 4), ("learning_rate", 0.02)):
        tab.page.setup.set_field(field, value)
    qtbot.waitUntil(tab.page.setup.run.isEnabled)
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.result is not None, timeout=240_000)
    result = tab.page.result
    assert Path(result.out) == project.run_folder(1) / "model"
    assert (Path(result.out) / "model.safetensors").is_file()
    assert result.after["all"] < result.before["all"]
    assert [line.name for line in tab.curve.plot.series] == ["healed", "untrained", "base"]
    assert list(tab.curve.plot.series[0].x) == [0, 1024, 2048, 3072]  # steps of 16 sequences of 64 tokens
    assert tab.page.answer.sentence.text() == result.answer()
