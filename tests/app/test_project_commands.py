from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.session import Session
from app.window import Window
from core.project import recent
from core.project.project import Project
from tests.app.conftest import RecordedDialogs

Open = Callable[[], Project]


def wait_for(qtbot: QtBot, window: Window, beginning: str) -> str:
    """The banner that begins so, once it is there."""

    def found() -> list[str]:
        return [banner.text for banner in window.banners.shown() if banner.text.startswith(beginning)]

    qtbot.waitUntil(lambda: bool(found()))
    return found()[0]


def test_that_new_makes_and_opens_a_project(
    qtbot: QtBot, window: Window, session: Session, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    dialogs.foresee("save_file", tmp_path / "Lab")
    window.commands.run("project.new")
    qtbot.waitUntil(lambda: session.name == "Lab")
    assert (tmp_path / "Lab" / "project.lexigraft").is_file()


def test_that_open_opens_and_a_person_may_change_their_mind(
    qtbot: QtBot, window: Window, session: Session, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    Project.create(tmp_path / "Lab").close()
    dialogs.foresee("open_file", None)
    window.commands.run("project.open")
    assert session.project is None
    dialogs.foresee("open_file", tmp_path / "Lab" / "project.lexigraft")
    window.commands.run("project.open")
    qtbot.waitUntil(lambda: session.name == "Lab")


def test_that_what_cannot_be_opened_is_said_and_the_start_page_shown(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.open_project(tmp_path / "nowhere")
    assert "nowhere" in wait_for(qtbot, window, "There is no")
    assert window.pages.currentWidget() is window.start
    assert window.settings.text("project/opening") == ""


def test_that_a_project_refused_while_a_run_goes_is_not_taken_for_one_that_ended_the_program(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "running", object())
    with qtbot.waitSignal(window.session.message):
        window.open_project(tmp_path)
    assert window.settings.text("project/opening") == ""


def test_that_recent_projects_are_listed_and_open(
    qtbot: QtBot, window: Window, session: Session, open_project: Open, tmp_path: Path
) -> None:
    open_project()
    Project.create(tmp_path / "R & D").close()
    recent.remember(tmp_path / "R & D", "R & D")
    recent.remember(tmp_path / "gone", "gone")
    menu = window.top_bar.project.menu()
    menu.aboutToShow.emit()
    submenu = next(part for part in menu.findChildren(QMenu) if part.title() == "Open recent")
    qtbot.waitUntil(lambda: len(submenu.actions()) == 2)
    assert submenu.actions()[0].text().startswith("R && D")
    submenu.actions()[0].trigger()
    qtbot.waitUntil(lambda: session.name == "R & D")


def test_that_a_rename_shows_and_can_be_undone(
    qtbot: QtBot, window: Window, session: Session, open_project: Open, dialogs: RecordedDialogs
) -> None:
    open_project()
    dialogs.foresee("ask_text", "Verse lab")
    window.commands.run("project.rename")
    qtbot.waitUntil(lambda: window.top_bar.project.text().startswith("Verse lab"))
    window.commands.run("edit.undo")
    assert wait_for(qtbot, window, "Undone") == "Undone: rename project."
    qtbot.waitUntil(lambda: session.name == "Prose lab")
    window.commands.run("edit.redo")
    qtbot.waitUntil(lambda: session.name == "Verse lab")


def test_that_a_copy_and_a_shared_file_are_written_where_the_person_says(
    qtbot: QtBot, window: Window, open_project: Open, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    open_project()
    dialogs.foresee("save_file", tmp_path / "copy")
    window.commands.run("project.copy")
    wait_for(qtbot, window, "Copied to")
    assert (tmp_path / "copy" / "project.lexigraft").is_file()
    dialogs.foresee("choose", "plain")
    dialogs.foresee("save_file", tmp_path / "lab.lexigraft.zip")
    window.commands.run("project.share")
    wait_for(qtbot, window, "Shared as")
    assert (tmp_path / "lab.lexigraft.zip").is_file()
    dialogs.foresee("choose", "cancel")
    window.commands.run("project.share")


def test_that_checking_says_what_it_found_and_repairs_after_a_yes(
    qtbot: QtBot, window: Window, open_project: Open, dialogs: RecordedDialogs
) -> None:
    project = open_project()
    window.commands.run("project.check")
    wait_for(qtbot, window, "The project is sound")
    orphan = project.folder / "artifacts" / "99"
    orphan.mkdir(parents=True)
    (orphan / "left.txt").write_text("by nobody")
    dialogs.foresee("choose", "yes")
    window.commands.run("project.check")
    wait_for(qtbot, window, "Repaired")
    assert "Found in this project" in dialogs.asked[-1][1]


def test_that_commands_for_an_open_project_are_off_without_one(window: Window) -> None:
    window.commands.refresh()
    for key in ("project.rename", "project.copy", "project.share", "project.check", "edit.undo"):
        assert not window.commands.action(key).isEnabled()


def test_that_how_panels_were_left_is_kept_in_the_project(
    qtbot: QtBot, window: Window, open_project: Open
) -> None:
    project = open_project()
    window.go("assets")
    window.close()
    with Project.open(project.folder) as again:
        assert json.dumps(again.view("assets")) == '{"tab": ""}'


@pytest.mark.parametrize("key", ["project.new", "project.import", "project.copy", "project.share"])
def test_that_giving_no_answer_changes_nothing(
    window: Window, session: Session, open_project: Open, dialogs: RecordedDialogs, key: str
) -> None:
    project = open_project()
    kinds = {"project.import": "open_file", "project.share": "choose"}
    dialogs.foresee(kinds.get(key, "save_file"), None)
    window.commands.run(key)
    assert session.project is project
