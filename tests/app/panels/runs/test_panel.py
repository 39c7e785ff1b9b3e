from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.runs.model import AT
from app.panels.runs.panel import RunsPanel
from app.session import Session
from core.jobs.events import Finished, Progress
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.runs.grafting import Lab

Show = Callable[[], RunsPanel]


def titles(panel: RunsPanel) -> list[str]:
    return [run.title for run in panel.model.shown]


def kinds(panel: RunsPanel) -> list[str]:
    return [panel.kinds.tabText(tab) for tab in range(panel.kinds.count())]


def words(panel: RunsPanel) -> str:
    """What stands in the place of the table, or nothing."""
    return "" if panel.table.isVisible() else panel.words.text()


# Reading and showing


def test_that_the_newest_run_is_shown_in_full_at_once(qtbot: QtBot, lab: Lab, show: Show) -> None:
    lab.done("first", 2.5)
    newest = lab.done("second", 2.0, files=True)
    panel = show()
    assert titles(panel) == ["second", "first"]
    assert panel.table.selected() == (newest,)
    qtbot.waitUntil(panel.view.details.isVisible)
    assert panel.view.details.summary.text() == "It takes 2.000 bits per byte."
    assert panel.view.details.files.model.rows[0][0].text == "model.bin"


def test_that_a_project_without_runs_says_what_will_be_here(lab: Lab, show: Show) -> None:
    panel = show()
    assert words(panel).startswith("No runs yet")
    assert not panel.view.details.isVisible()


def test_that_without_a_project_nothing_is_promised(qtbot: QtBot, session: Session) -> None:
    panel = RunsPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    assert words(panel) == "No project is open."


def test_that_runs_that_cannot_be_read_are_told_and_can_be_tried_again(
    qtbot: QtBot, lab: Lab, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import UserError

    lab.done()
    panel = show()

    def broken(self: Project, include_deleted: bool = False) -> None:
        raise UserError("The disk is gone.")

    with monkeypatch.context() as patch:
        patch.setattr(Project, "runs", broken)
        panel.refresh()
        qtbot.waitUntil(lambda: "The disk is gone" in words(panel))
    qtbot.mouseClick(panel.mend, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.table.isVisible)


def test_that_changes_are_shown_without_asking_and_move_nobody(qtbot: QtBot, lab: Lab, show: Show) -> None:
    runs = [lab.queue(f"run {number}") for number in range(20)]
    panel = show()
    panel.table.select_runs([runs[3], runs[5]])
    bar = panel.table.verticalScrollBar()
    bar.setValue(60)
    place = bar.value()  # rows are as high as the font
    assert place > 0
    running = lab.start("new")
    qtbot.waitUntil(lambda: titles(panel)[0] == "new" and panel.model.shown[0].status == "running")
    assert panel.table.selected() == (runs[3], runs[5])
    assert bar.value() == place
    lab.project.rename_run(running, "newer").result()
    qtbot.waitUntil(lambda: titles(panel)[0] == "newer")


def test_that_progress_shows_as_it_comes(qtbot: QtBot, lab: Lab, session: Session, show: Show) -> None:
    running = lab.start()
    panel = show()
    session.run_event.emit(running, Progress(stage="approximating", done=7, total=20))
    assert panel.model.index(0, AT["state"]).data() == "running 35 %"


def test_that_runs_of_another_project_replace_these(
    qtbot: QtBot, lab: Lab, session: Session, show: Show, tmp_path: Any
) -> None:
    lab.done("old")
    panel = show()
    session.new_project(tmp_path / "other")
    qtbot.waitUntil(lambda: words(panel).startswith("No runs yet"))


# Kinds and filter


def test_that_there_is_a_tab_for_each_kind_of_run_there_is(qtbot: QtBot, lab: Lab, show: Show) -> None:
    lab.done("graft")
    counted = lab.count()
    panel = show()
    assert kinds(panel) == ["All", "Count", "Graft"]
    panel.kinds.setCurrentIndex(1)
    assert titles(panel) == ["count"]
    lab.project.set_note(counted, "x").result()
    lab.done("another graft")
    qtbot.waitUntil(lambda: panel.model.total == 3)
    assert titles(panel) == ["count"]
    panel.kinds.setCurrentIndex(0)
    assert len(titles(panel)) == 3


def test_that_a_kind_goes_with_its_last_run(qtbot: QtBot, lab: Lab, show: Show) -> None:
    lab.done()
    last = lab.count()
    panel = show()
    panel.kinds.setCurrentIndex(1)
    from core.jobs.events import Finished

    lab.project.finish_run(last, Finished(status="cancelled")).result()
    lab.project.delete_runs([last]).result()
    qtbot.waitUntil(lambda: kinds(panel) == ["All", "Graft"])
    qtbot.waitUntil(lambda: panel.table.isVisible() and titles(panel) == ["Graft"])


def test_that_the_filter_works_as_it_is_typed(qtbot: QtBot, lab: Lab, show: Show) -> None:
    lab.done("close", 2.04)
    lab.done("far", 2.5)
    lab.done("other", 2.0, method={"name": "fvt"})
    panel = show()
    panel.window().activateWindow()
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    qtbot.keyClick(panel.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.bar.filter.hasFocus)
    qtbot.keyClicks(panel.bar.filter, "method:omp <2.1 today")
    assert titles(panel) == ["close"]
    assert panel.bar.count.text() == "1 of 3"
    qtbot.keyClicks(panel.bar.filter, " nonsense")
    assert words(panel) == "None of 3 runs match “method:omp <2.1 today nonsense”."
    qtbot.mouseClick(panel.mend, Qt.MouseButton.LeftButton)
    assert len(titles(panel)) == 3
    assert panel.bar.filter.text() == ""


# Selecting and comparing


def test_that_two_runs_selected_are_compared_on_demand(qtbot: QtBot, lab: Lab, show: Show) -> None:
    one, other = lab.done("one", 2.2), lab.done("other", 2.0)
    panel = show()
    compare = panel.bar.buttons["compare"]
    assert not compare.isEnabled()
    assert "Select two or more" in compare.toolTip()
    panel.table.select_runs([one, other])
    assert panel.bar.count.text() == "2 selected"
    assert panel.view.compare_here.isVisible()
    qtbot.mouseClick(compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.view.comparison.isVisible() and bool(panel.view.comparison.model.lines))
    assert panel.view.comparison.ids == [one, other]
    third = lab.done("third", 1.9)
    qtbot.waitUntil(lambda: panel.model.total == 3)
    panel.table.select_runs([one, third])
    qtbot.waitUntil(lambda: panel.view.comparison.ids == [one, third])
    panel.table.select_runs([one])
    qtbot.waitUntil(lambda: panel.view.details.isVisible() and panel.view.details.run_id == one)


def test_that_a_comparison_closes_with_escape(qtbot: QtBot, lab: Lab, show: Show) -> None:
    ids = [lab.done("one", 2.2), lab.done("other", 2.0)]
    panel = show()
    panel.compare(ids)
    qtbot.waitUntil(lambda: bool(panel.view.comparison.model.lines))
    panel.window().activateWindow()
    panel.view.comparison.table.setFocus()
    qtbot.waitUntil(panel.view.comparison.table.hasFocus)
    qtbot.keyClick(panel.view.comparison.table, Qt.Key.Key_Escape)
    assert not panel.view.comparison.isVisible()
    assert panel.table.selected() == tuple(ids)


def test_that_a_comparison_asked_for_from_elsewhere_waits_for_the_runs_and_beats_the_filter(
    qtbot: QtBot, session: Session, lab: Lab
) -> None:
    ids = [lab.done("one", 2.2), lab.done("other", 2.0)]
    lab.done("newest")
    panel = RunsPanel(session)
    qtbot.addWidget(panel)
    panel.resize(1000, 700)
    panel.show()
    panel.bar.filter.setText("nothing like it")
    panel.compare([ids[1], ids[0]])
    qtbot.waitUntil(lambda: panel.table.selected() == tuple(ids) and bool(panel.view.comparison.model.lines))
    assert panel.view.comparison.ids == [ids[1], ids[0]]
    assert panel.view.comparison.isVisible()
    assert panel.bar.filter.text() == ""


def test_that_a_run_asked_for_is_shown_whatever_is_filtered(qtbot: QtBot, lab: Lab, show: Show) -> None:
    wanted = lab.done("wanted")
    lab.count()
    panel = show()
    panel.kinds.setCurrentIndex(1)
    panel.show_run(lab.project.run(wanted))
    qtbot.waitUntil(lambda: panel.view.details.isVisible() and panel.view.details.run_id == wanted)


# Editing


def test_that_a_run_is_renamed_in_place_and_the_name_can_be_taken_back(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    run = lab.done("before")
    panel = show()
    panel.table.rename()
    editor = panel.table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("after")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: lab.project.run(run).title == "after")
    assert titles(panel) == ["after"]
    session.follow(lab.project.undo())
    qtbot.waitUntil(lambda: titles(panel) == ["before"])


def test_that_a_name_being_typed_outlives_what_happens_meanwhile(qtbot: QtBot, lab: Lab, show: Show) -> None:
    lab.done("before")
    panel = show()
    panel.table.rename()
    editor = panel.table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("half a na")
    with qtbot.waitSignal(panel.session.changed):
        lab.done("meanwhile")
    qtbot.wait(50)
    assert editor.isVisible()
    assert editor.text() == "half a na"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(panel) == ["meanwhile", "half a na"])


def test_that_a_note_is_written_and_found(qtbot: QtBot, lab: Lab, show: Show) -> None:
    run = lab.done()
    panel = show()
    qtbot.waitUntil(panel.view.details.isVisible)
    panel.verbs.do("note")
    panel.view.details.note.setPlainText("The best so far.")
    qtbot.keyClick(panel.view.details.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: lab.project.run(run).note == "The best so far.")
    panel.bar.filter.setText("note:best")
    qtbot.waitUntil(lambda: titles(panel) == ["Graft"])


def test_that_escape_takes_back_a_note_in_the_panel_too(qtbot: QtBot, lab: Lab, show: Show) -> None:
    lab.done()
    panel = show()
    qtbot.waitUntil(panel.view.details.isVisible)
    panel.window().activateWindow()
    panel.verbs.do("note")
    note = panel.view.details.note
    qtbot.waitUntil(note.hasFocus)
    qtbot.keyClicks(note, "no")
    qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert note.toPlainText() == ""


def test_that_deleting_offers_to_take_it_back_and_goes_on_with_the_next_run(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    kept, deleted = lab.done("kept"), lab.done("deleted")
    panel = show()
    with qtbot.waitSignal(session.offered) as offered:
        qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    sentence, verb, act = offered.args
    assert (sentence, verb) == (f"Run {deleted} was deleted.", "Undo")
    qtbot.waitUntil(lambda: titles(panel) == ["kept"] and panel.table.selected() == (kept,))
    act()
    qtbot.waitUntil(lambda: titles(panel) == ["deleted", "kept"] and panel.table.selected() == (deleted,))


def test_that_a_name_that_cannot_be_written_is_not_shown_as_if_it_were(
    qtbot: QtBot, lab: Lab, session: Session, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import Future

    lab.done("before")
    panel = show()

    def refuse(self: Project, run_id: int, title: str, **_: object) -> Future[None]:
        failed: Future[None] = Future()
        failed.set_exception(OSError("The disk is full."))
        return failed

    monkeypatch.setattr(Project, "rename_run", refuse)
    with qtbot.waitSignal(session.message):
        panel.model.setData(panel.model.index(0, AT["what"]), "after")
    qtbot.waitUntil(lambda: titles(panel) == ["before"])


# A project that may only be read


@pytest.mark.parametrize("key", ["again", "resume", "stop", "rename", "note", "delete"])
def test_that_nothing_is_written_in_a_project_open_for_reading_and_it_says_why(
    qtbot: QtBot, lab: Lab, session: Session, show: Show, key: str
) -> None:
    lab.done("before")
    lab.failed()
    panel = show()
    folder = lab.project.folder
    session.close_project()
    session._switch(lambda: Project.open(folder, read_only=True))
    qtbot.waitUntil(lambda: session.project is not None and panel.model.total == 2)
    panel.table.select_runs([1])
    assert "reading only" in panel.verbs.all[key].why_not()
    qtbot.keyClick(panel.table, Qt.Key.Key_F2)
    assert not panel.table.is_editing
    assert "reading only" in panel.bar.buttons["again"].toolTip()
    assert panel.bar.buttons["command"].isEnabled()


# What the window asks


def test_that_it_comes_back_as_it_was_left_and_bears_what_it_does_not_know(
    qtbot: QtBot, lab: Lab, session: Session, show: Show
) -> None:
    lab.done()
    lab.count()
    panel = show()
    panel.kinds.setCurrentIndex(2)
    panel.bar.filter.setText("graft")
    panel.table.setColumnHidden(AT["note"], False)
    state = panel.view_state()
    again = show()
    again.restore_view(state)
    qtbot.waitUntil(lambda: titles(again) == ["Graft"])
    assert {key: again.view_state()[key] for key in ("kind", "filter", "columns")} == {
        key: state[key] for key in ("kind", "filter", "columns")
    }
    for strange in ({}, {"kind": "gone", "filter": None, "split": ["a"], "columns": 7}, {"split": [1]}):
        again.restore_view(strange)
    assert again.bar.filter.text() == ""


def test_that_commands_are_offered_only_where_they_can_be_done(lab: Lab, show: Show) -> None:
    lab.done()
    panel = show()
    offered = {command.id for command in panel.commands() if command.enabled()}
    assert {"runs.rename", "runs.again", "runs.command", "runs.delete", "runs.filter"} <= offered
    assert "runs.compare" not in offered
    assert "runs.stop" not in offered
    panel.hide()
    assert not [command.id for command in panel.commands() if command.enabled()]


def test_that_it_fits_the_least_window(lab: Lab, show: Show) -> None:
    lab.done("x" * 300, files=True)
    lab.failed(message="word" * 200)
    panel = show()
    assert panel.minimumSizeHint().width() <= 1024 - 164
    assert panel.minimumSizeHint().height() <= 640 - 92


def test_that_every_button_says_why_it_cannot_be_pressed(lab: Lab, show: Show) -> None:
    lab.done()
    panel = show()
    panel.table.clearSelection()
    for button in panel.findChildren(QPushButton):
        if button.isVisible() and not button.isEnabled():
            assert button.toolTip(), button.text()
            assert button.accessibleDescription(), button.text()
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen" or panel.isVisible()


def test_that_runs_are_found_by_what_they_have_written(qtbot: QtBot, lab: Lab, show: Show) -> None:
    spec = RunSpec(kind="generate", request={"models": ["/m"], "prompt": "It was the best of tim"})
    written = lab.project.add_run(spec, title="prose-bpe").result()
    lab.project.start_run(written).result()
    result = {"texts": ["es, it was the worst of\ntimes"], "prompts": ["It was the best of tim"]}
    lab.project.finish_run(written, Finished(status="cancelled", result=result)).result()
    lab.done("first", 2.5)
    panel = show()
    panel.bar.filter.setText('"WORST of times"')
    qtbot.waitUntil(lambda: titles(panel) == ["prose-bpe"])
    excerpt = panel.model.excerpt(0)
    assert excerpt is not None
    assert excerpt.match == "worst of times"
    cell = panel.model.index(0, AT["what"])
    assert "worst of times" in panel.model.data(cell, Qt.ItemDataRole.AccessibleTextRole)
    before = panel.table.viewport().grab().toImage()
    panel.model.set_found({})
    assert panel.model.rowCount() == 0
    panel.bar.filter.clear()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2)
    assert panel.table.viewport().grab().toImage() != before
