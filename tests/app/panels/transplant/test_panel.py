"""The Transplant panel through the window's door: its tools, drops, views and commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.transplant.graft.tab import GraftTab
from app.panels.transplant.panel import TAB_OF, TABS, TransplantPanel
from app.session import Session
from core.catalog import load_catalog
from core.project.project import Project
from core.transplant.result import TransplantResult
from tests.app.panels.transplant.made_up import result
from tests.app.test_accessibility import nameless

Finish = Callable[[TransplantResult], int]


@pytest.mark.parametrize("key", [key for key, _, _ in TABS])
def test_that_every_tool_can_be_shown_and_has_names(
    session: Session, panel: TransplantPanel, key: str
) -> None:
    panel.restore_view({"tab": key})
    assert panel.pages.currentWidget() is panel.made(key)
    assert nameless(panel) == []


def test_that_every_recorded_kind_of_this_panel_has_its_tab(panel: TransplantPanel) -> None:
    kinds = {kind.kind for kind in load_catalog() if kind.panel == "transplant"}
    assert kinds <= set(TAB_OF)
    for kind in kinds:
        assert kind in panel.made(TAB_OF[kind]).kinds


def test_that_a_run_opens_in_the_tab_of_its_kind(
    panel: TransplantPanel, project: Project, finish: Finish
) -> None:
    run_id = finish(result())
    panel.restore_view({"tab": "heal"})
    panel.show_run(project.run(run_id))
    assert panel.tab == "transplant"
    assert panel.page is not None
    assert panel.page.run is not None
    assert panel.page.run.id == run_id


def test_that_what_a_tool_does_not_take_goes_to_the_first(
    panel: TransplantPanel, tmp_path: Path, base: Path
) -> None:
    panel.restore_view({"tab": "transplant"})
    (tmp_path / "photo.heic").write_bytes(b"\0")
    assert not panel.drop([tmp_path / "photo.heic"])
    assert panel.drop([base])
    assert panel.tab == "transplant"


def test_that_it_comes_back_as_it_was_left(
    qtbot: QtBot,
    session: Session,
    project: Project,
    panel: TransplantPanel,
    tab: GraftTab,
    finish: Finish,
    base: Path,
) -> None:
    run_id = finish(result())
    panel.show_run(project.run(run_id))
    tab.page.setup.set_field("base", str(base.parent / "other"))
    tab.page.setup.form.more.set_opened(True)
    tab.slices.view.choose("table")
    tab.page.fold(True)
    state = panel.view_state()
    again = TransplantPanel(session)
    qtbot.addWidget(again)
    again.restore_view(state)
    qtbot.waitUntil(lambda: again.page is not None and again.page.run is not None)
    assert again.view_state() == state
    assert again.page is not None
    assert again.page.setup.form.values()["base"] == str(base.parent / "other")


def test_that_a_run_asked_for_is_not_put_aside_by_the_view_of_last_time(
    qtbot: QtBot, session: Session, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    first, second = finish(result()), finish(result())
    panel.show_run(project.run(second))
    panel.restore_view({"run": first, "setup": {"values": {"seed": 9}}})
    qtbot.wait(50)
    assert panel.page is not None
    assert panel.page.run is not None
    assert panel.page.run.id == second
    assert panel.page.setup.form.values()["seed"] == 5


def test_that_a_view_that_an_older_version_left_is_taken_over(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish
) -> None:
    run_id = finish(result())
    old = {"tab": "transplant", "run": run_id, "folded": True, "slices": "table", "width": 380}
    panel.restore_view(old)
    qtbot.waitUntil(lambda: panel.page is not None and panel.page.run is not None)
    assert panel.page is not None
    assert panel.page.is_folded
    tab = panel.made("transplant")
    assert isinstance(tab, GraftTab)
    assert tab.slices.view.key == "table"


@pytest.mark.parametrize(
    "strange",
    [{"tab": 3, "setup": [], "width": "wide", "run": "last", "slices": None}, {"run": 99}, {"tabs": [1]}],
)
def test_that_strange_views_are_borne(qtbot: QtBot, panel: TransplantPanel, strange: dict[str, Any]) -> None:
    panel.restore_view(strange)
    qtbot.wait(50)
    assert panel.page is not None
    assert panel.page.run is None


def test_that_the_setup_can_be_folded_away_and_brought_back(qtbot: QtBot, panel: TransplantPanel) -> None:
    panel.restore_view({})
    assert panel.page is not None
    qtbot.mouseClick(panel.fold, Qt.MouseButton.LeftButton)
    assert not panel.page.setup.isVisible()
    assert panel.fold.accessibleName() == "Show the setup"
    qtbot.keyClick(panel.fold, Qt.Key.Key_Space)
    assert panel.page.setup.isVisible()


def test_that_its_commands_can_be_run_when_they_make_sense(
    qtbot: QtBot, project: Project, panel: TransplantPanel, tab: GraftTab, finish: Finish
) -> None:
    def enabled() -> set[str]:
        found = {command.id for command in panel.commands() if command.enabled()}
        return {key for key in found if ".tab." not in key}

    assert enabled() == {"transplant.setup"}
    panel.show_run(project.run(finish(result())))
    qtbot.waitUntil(lambda: "transplant.run" in enabled())
    assert enabled() == {command.id for command in panel.commands() if ".tab." not in command.id}
    panel.select_tab("inspect")
    assert not enabled() & {"transplant.folder", "transplant.slices", "transplant.again"}
