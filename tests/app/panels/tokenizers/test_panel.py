from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.panel import TAB_OF, TABS, TokenizersPanel
from app.session import Session
from core.jobs.registry import job_kinds
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.tokenizers.conftest import MadeUpLive
from tests.app.test_accessibility import nameless


@pytest.fixture
def panel(qtbot: QtBot, session: Session, project: Project, live: MadeUpLive) -> TokenizersPanel:
    made = TokenizersPanel(session)
    qtbot.addWidget(made)
    made.resize(1_000, 700)
    made.show()
    made.restore_view({})
    return made


def test_that_only_the_tab_shown_is_made(panel: TokenizersPanel) -> None:
    assert list(panel._made) == ["compare"]
    panel.select_tab("train")
    assert list(panel._made) == ["compare", "train"]


@pytest.mark.parametrize("key", [key for key, _, _ in TABS])
def test_that_every_tab_can_be_shown_and_has_names(panel: TokenizersPanel, key: str) -> None:
    panel.select_tab(key)
    assert panel.pages.currentWidget() is panel.made(key)
    assert nameless(panel) == []


def test_that_every_recorded_kind_of_this_panel_has_its_tab(panel: TokenizersPanel) -> None:
    kinds = {kind.kind for kind in job_kinds() if kind.panel == "tokenizers"}
    assert kinds == set(TAB_OF)
    for kind, key in TAB_OF.items():
        assert kind in panel.made(key).kinds


def test_that_a_run_opens_in_the_tab_of_its_kind(panel: TokenizersPanel, project: Project) -> None:
    spec = RunSpec(kind="train-tokenizer", request={"text": ["a.txt"]}, title="Train")
    run_id = project.add_run(spec).result()
    panel.show_run(project.run(run_id))
    assert panel.tab == "train"
    assert panel.page is not None
    assert panel.page.run is not None
    assert panel.page.run.id == run_id


def test_that_a_tab_can_send_to_another(panel: TokenizersPanel, tmp_path: Path) -> None:
    file = tmp_path / "a.model"
    file.write_text("x")
    panel.select_tab("vocabulary")
    panel.made("vocabulary").wanted.emit("compare", [file])
    assert panel.tab == "compare"
    assert panel.made("compare").page is not None
    assert panel.page is not None
    assert str(file) in panel.page.setup.form.values()["tokenizers"]


def test_that_each_tab_comes_back_as_it_was_left(
    qtbot: QtBot, panel: TokenizersPanel, session: Session
) -> None:
    panel.select_tab("train")
    panel.toggle_setup()
    state = panel.view_state()
    other = TokenizersPanel(session)
    qtbot.addWidget(other)
    other.restore_view(state)
    assert other.tab == "train"
    assert other.page is not None
    assert other.page.is_folded
    assert list(other._made) == ["train"]
    assert other.view_state()["tabs"]["compare"] == state["tabs"]["compare"]
    other.restore_view({"tab": "gone", "tabs": [1]})


def test_that_the_fold_is_of_the_tab_shown(panel: TokenizersPanel, qtbot: QtBot) -> None:
    assert panel.page is not None
    qtbot.mouseClick(panel.fold, Qt.MouseButton.LeftButton)
    assert panel.page.is_folded
    assert panel.fold.accessibleName() == "Show the setup"
    panel.select_tab("vocabulary")
    assert not panel.fold.isVisible()
    panel.select_tab("train")
    assert panel.fold.accessibleName() == "Hide the setup"


def test_that_while_hidden_it_takes_only_tokenizers(panel: TokenizersPanel, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "tokenizer.json").write_text("{}")
    text = tmp_path / "a.txt"
    text.write_text("words")
    panel.hide()
    assert not panel.drop([model])
    assert not panel.drop([text])
    assert panel.drop([model / "tokenizer.json"])
    panel.show()
    assert panel.drop([text])


def test_that_its_commands_act_on_the_tab_shown(
    panel: TokenizersPanel, open_project: Callable[[], Project]
) -> None:
    commands = {command.id: command for command in panel.commands()}
    commands["tokenizers.tab.vocabulary"].run()
    assert panel.tab == "vocabulary"
    assert not commands["tokenizers.setup"].enabled()
    commands["tokenizers.tab.train"].run()
    assert commands["tokenizers.setup"].enabled()
    commands["tokenizers.setup"].run()
    assert panel.page is not None
    assert panel.page.is_folded
    assert not commands["tokenizers.again"].enabled()
