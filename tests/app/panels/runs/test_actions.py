from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.panels.runs.bar import MORE
from app.panels.runs.panel import MENU, RunsPanel
from app.session import Session
from app.widgets.command_sheet import CommandSheet
from core.jobs.events import Finished
from tests.app import counting
from tests.app.panels.runs.grafting import Lab

Show = Callable[[], RunsPanel]


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    counting.GATE.set()
    yield
    counting.GATE.set()


def why_not(panel: RunsPanel, key: str, *runs: int) -> str:
    panel.table.select_runs(runs)
    return panel.verbs.all[key].why_not()


def test_that_a_run_is_run_again_as_its_child_and_selected(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    first = lab.done("once", method={"name": "omp", "k": 8})
    panel = show()
    panel.verbs.do("again")
    qtbot.waitUntil(lambda: len(lab.project.runs()) == 2)
    second = lab.project.runs()[0]
    assert (second.parent, second.title, second.request) == (first, "once", lab.project.run(first).request)
    qtbot.waitUntil(lambda: panel.table.selected() == (second.id,))
    qtbot.waitUntil(lambda: lab.project.run(second.id).status == "done" and session.running is None)


def test_that_only_runs_that_ended_early_and_keep_checkpoints_are_resumed(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    done, failed = lab.done(), lab.failed()
    counted = lab.count()
    lab.project.finish_run(counted, Finished(status="cancelled")).result()
    panel = show()
    assert why_not(panel, "resume", done) == f"Run {done} is done: there is nothing to resume"
    assert why_not(panel, "resume", counted) == "A count run cannot be resumed: run it again instead"
    assert why_not(panel, "resume", failed) == ""
    panel.verbs.do("resume")
    qtbot.waitUntil(lambda: lab.project.run(failed).status == "done" and session.running is None)


def test_that_a_running_run_is_stopped_and_one_that_runs_elsewhere_is_not(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    from core.jobs.request import RunSpec

    elsewhere = lab.start("elsewhere")
    panel = show()
    assert "in another program" in why_not(panel, "stop", elsewhere)
    counting.GATE.clear()
    ids: list[int] = []
    session.submit(RunSpec(kind="test-count", request={}, title="Count"), then=ids.append)
    qtbot.waitUntil(lambda: session.running is not None and panel.model.total == 2)
    assert why_not(panel, "stop", *ids) == ""
    assert "stop it first" in why_not(panel, "delete", *ids)
    panel.verbs.do("stop")
    qtbot.waitUntil(lambda: session.running is None and lab.project.run(ids[0]).status == "cancelled")
    qtbot.waitUntil(lambda: why_not(panel, "stop", *ids).endswith("there is nothing to stop"))


def test_that_the_command_is_shown_ready_to_be_copied(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    lab.done("a title", method={"name": "omp", "k": 8})
    panel = show()
    panel.verbs.do("command")
    qtbot.waitUntil(lambda: bool(panel.findChildren(CommandSheet)))
    (sheet,) = panel.findChildren(CommandSheet)
    text = sheet.text.toPlainText()
    assert text.startswith("lexigraft test-graft")
    assert "--k 8" in text
    sheet.close_and_return()


def test_that_the_folder_of_a_run_is_opened_if_it_has_one(
    qtbot: QtBot, lab: Lab, session: Session, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl.toLocalFile(url)))
    with_files, without = lab.done(files=True), lab.done()
    panel = show()
    panel.table.select_runs([with_files])
    panel.verbs.do("folder")
    qtbot.waitUntil(lambda: opened == [str(lab.project.run_folder(with_files))])
    panel.table.select_runs([without])
    with qtbot.waitSignal(session.message) as said:
        panel.verbs.do("folder")
    assert said.args == [f"Run {without} has written no files.", "info"]


def test_that_a_run_opens_in_the_panel_of_its_kind(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    graft, counted = lab.done(), lab.count()
    panel = show()
    assert "no panel of its own" in why_not(panel, "open", counted)
    panel.table.select_runs([graft])
    with qtbot.waitSignal(session.run_requested) as asked:
        panel.verbs.do("open")
    assert asked.args == [graft]
    assert why_not(panel, "open", graft, counted) == "Select one run only"


def test_that_a_run_of_an_unknown_kind_can_be_deleted_but_not_repeated(
    qtbot: QtBot, lab: Lab, session: Session, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.jobs import registry

    run = lab.failed()
    known = dict(registry._KINDS)
    del known["test-graft"]
    monkeypatch.setattr(registry, "_KINDS", known)
    panel = show()
    for key in ("again", "command", "resume"):
        assert why_not(panel, key, run) == "This version of Lexigraft knows no test-graft runs"
    with qtbot.waitSignal(session.message) as said:
        panel.verbs.do("again")
    assert "knows no test-graft runs" in said.args[0]
    assert why_not(panel, "delete", run) == ""


def test_that_several_runs_are_deleted_and_brought_back_together(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    ids = [lab.done(f"run {number}") for number in range(3)]
    panel = show()
    panel.table.select_runs(ids[:2])
    with qtbot.waitSignal(session.offered) as offered:
        panel.verbs.do("delete")
    assert offered.args[0] == "2 runs were deleted."
    qtbot.waitUntil(lambda: panel.model.total == 1)
    offered.args[2]()
    qtbot.waitUntil(lambda: panel.model.total == 3)


def test_that_menus_offer_everything_and_say_why_something_cannot_be_done(lab: Lab, show: Show) -> None:
    lab.done()
    panel = show()
    for keys in (MENU, MORE):
        menu = QMenu(panel)
        panel.verbs.fill(menu, keys)
        actions = {action.objectName(): action for action in menu.actions() if not action.isSeparator()}
        assert set(actions) == {key for key in keys if key}
        assert not actions["stop"].isEnabled()
        assert "nothing to stop" in actions["stop"].toolTip()
        assert actions["rename"].text() == "Rename\tF2"
