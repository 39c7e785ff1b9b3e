from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from app.worker import QueuedRun
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app import counting

Open = Callable[[], Project]


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    counting.GATE.set()
    yield
    counting.GATE.set()


def spec(**request: Any) -> RunSpec:
    return RunSpec(kind="test-count", request=request, title="Count to three")


def run(qtbot: QtBot, session: Session, **request: Any) -> tuple[int, Any]:
    """Submit a count and wait for its end: the run, and its finished event."""
    ends: list[tuple[int, Any]] = []

    def listen(run_id: int, event: Any) -> None:
        if event.type == "finished":
            ends.append((run_id, event))

    session.run_event.connect(listen)
    session.submit(spec(**request))
    qtbot.waitUntil(lambda: bool(ends) and session.running is None)
    session.run_event.disconnect(listen)
    return ends[0]


def start_and_hold(qtbot: QtBot, session: Session, count: int = 1) -> list[int]:
    """Submit runs; the first waits at its first step."""
    counting.GATE.clear()
    ids: list[int] = []
    for _ in range(count):
        session.submit(spec(), then=ids.append)
    qtbot.waitUntil(lambda: len(ids) == count and session.running is not None)
    return ids


def test_that_a_run_is_recorded_as_queued_then_done(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    project = open_project()
    run_id, end = run(qtbot, session)
    assert end.status == "done"
    record = project.run(run_id)
    assert (record.status, record.title) == ("done", "Count to three")
    assert record.result is not None
    assert record.result["counted"] == 3
    assert (project.run_folder(run_id) / "numbers.txt").read_text() == "0\n1\n2"


@pytest.mark.parametrize(
    ("end", "kind"), [("user", "user"), ("fault", "fault"), ("memory", "memory"), ("panic", "fault")]
)
def test_that_whatever_ends_a_run_is_told_and_the_next_run_works(
    qtbot: QtBot, session: Session, open_project: Open, end: str, kind: str
) -> None:
    open_project()
    _, finished = run(qtbot, session, end=end)
    assert finished.status == "failed"
    assert finished.error.kind == kind
    _, finished = run(qtbot, session)
    assert finished.status == "done"


def test_that_progress_and_partial_results_reach_the_main_thread(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    open_project()
    heard: list[tuple[str, threading.Thread]] = []
    session.run_event.connect(lambda run_id, event: heard.append((event.type, threading.current_thread())))
    run(qtbot, session)
    assert {thread for _, thread in heard} == {threading.main_thread()}
    assert {"progress", "partial", "finished"} <= {kind for kind, _ in heard}


def test_that_a_running_run_can_be_stopped_and_the_waiting_one_follows(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    project = open_project()
    first, second = start_and_hold(qtbot, session, 2)
    assert [entry.id for entry in session.waiting] == [second]
    session.cancel(first)
    qtbot.waitUntil(lambda: session.running is not None and session.running.id == second)
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None)
    assert project.run(first).status == "cancelled"
    assert project.run(second).status == "done"


def test_that_a_waiting_run_can_be_moved_and_taken_out(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    project = open_project()
    _, second, third, fourth = start_and_hold(qtbot, session, 4)
    session.move(fourth, 0)
    assert [entry.id for entry in session.waiting] == [fourth, second, third]
    session.cancel(third)
    qtbot.waitUntil(lambda: project.run(third).status == "cancelled")
    assert [entry.id for entry in session.waiting] == [fourth, second]
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None and not session.waiting)


def test_that_a_paused_run_says_so_and_goes_on(qtbot: QtBot, session: Session, open_project: Open) -> None:
    project = open_project()
    (run_id,) = start_and_hold(qtbot, session)
    session.pause(run_id)
    qtbot.waitUntil(lambda: session.paused and project.run(run_id).status == "paused")
    session.resume(run_id)
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None)
    assert project.run(run_id).status == "done"


def test_that_a_run_left_behind_is_interrupted_when_the_project_opens_again(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    project = open_project()
    (run_id,) = start_and_hold(qtbot, session)
    folder = project.folder
    session.stop(leave=True)
    qtbot.waitUntil(lambda: session.running is None)
    session.close()
    with Project.open(folder) as again:
        assert again.run(run_id).status == "interrupted"


def test_that_an_interrupted_run_is_resumed_under_its_number(
    qtbot: QtBot, session: Session, open_project: Open, tmp_path: Path
) -> None:
    project = open_project()
    (run_id,) = start_and_hold(qtbot, session)
    session.cancel(run_id)
    qtbot.waitUntil(lambda: session.running is None)
    counting.GATE.set()
    session.resume_interrupted(run_id)
    qtbot.waitUntil(lambda: project.run(run_id).status == "done")
    assert len(project.runs()) == 1


def test_that_runs_left_in_the_queue_wait_for_a_yes(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    project = open_project()
    run_id = project.add_run(spec(), title="From last time").result()
    session.take_up(project.runs())
    assert [entry.title for entry in session.waiting] == ["From last time"]
    assert session.held
    session.hold(False)
    qtbot.waitUntil(lambda: project.run(run_id).status == "done")


def test_that_nothing_runs_without_a_project(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.message) as said:
        session.submit(spec())
    assert said.args == ["Open a project first: a run is recorded in it.", "warning"]


def test_that_a_project_that_cannot_be_opened_is_told_and_the_open_one_stays(
    qtbot: QtBot, session: Session, open_project: Open, tmp_path: Path
) -> None:
    project = open_project()
    with qtbot.waitSignal(session.open_failed) as failed:
        session.open_project(tmp_path / "nowhere")
    assert "nowhere" in str(failed.args[0])
    assert session.project is project


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write everywhere")
def test_that_a_folder_that_cannot_be_written_is_opened_for_reading(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    Project.create(tmp_path / "lab").close()
    (tmp_path / "lab").chmod(0o555)
    with qtbot.waitSignal(session.project_changed):
        session.open_project(tmp_path / "lab")
    assert session.project is not None
    assert session.project.read_only
    with qtbot.waitSignal(session.message) as said:
        session.submit(spec())
    assert "reading only" in said.args[0]
    (tmp_path / "lab").chmod(0o755)


def test_that_another_project_is_not_opened_while_a_run_goes(
    qtbot: QtBot, session: Session, open_project: Open, tmp_path: Path
) -> None:
    project = open_project()
    start_and_hold(qtbot, session)
    with qtbot.waitSignal(session.message) as said:
        session.new_project(tmp_path / "other")
    assert "stop it or wait" in said.args[0]
    assert session.project is project
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None)


def test_that_a_run_started_while_another_project_opens_keeps_its_project(
    qtbot: QtBot, session: Session, open_project: Open, tmp_path: Path
) -> None:
    project = open_project()
    counting.GATE.clear()
    with qtbot.waitSignal(session.open_failed) as failed:
        session._switch(lambda: started_meanwhile(session, project, tmp_path / "other"))
    assert "stop it or wait" in str(failed.args[0])
    assert session.project is project
    assert not session.held
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None)
    assert [run.status for run in project.runs()] == ["done"]


def started_meanwhile(session: Session, project: Project, folder: Path) -> Project:
    """Another project; and a run of `project` has begun by the time it is made."""
    run_id = project.add_run(spec()).result()
    assert session.engine is not None
    session.engine.add(QueuedRun(id=run_id, kind="test-count", title="Count", project=project))
    while session.running is None:
        time.sleep(0.001)
    return Project.create(folder)


def test_that_runs_that_wait_stay_with_their_project(
    qtbot: QtBot, session: Session, open_project: Open, tmp_path: Path
) -> None:
    project = open_project()
    session.hold(True)
    ids: list[int] = []
    session.submit(spec(), then=ids.append)
    qtbot.waitUntil(lambda: bool(session.waiting))
    with qtbot.waitSignal(session.project_changed):
        session.new_project(tmp_path / "other")
    assert not session.waiting
    assert not session.held
    with qtbot.waitSignal(session.project_changed):
        session.open_project(project.folder)
    assert session.project is not None
    assert session.take_up(session.project.runs()) == 1
    assert [entry.id for entry in session.waiting] == ids


def test_that_a_run_queued_since_the_project_opened_was_not_left_from_last_time(
    qtbot: QtBot, session: Session, open_project: Open
) -> None:
    project = open_project()
    start_and_hold(qtbot, session, 2)
    assert session.take_up([run for run in project.runs() if run.status == "queued"]) == 0
    assert not session.held
    assert len(session.waiting) == 1
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None and not session.waiting)
    assert {run.status for run in project.runs()} == {"done"}


def test_that_a_rename_is_announced_and_shown(qtbot: QtBot, session: Session, open_project: Open) -> None:
    project = open_project()
    with qtbot.waitSignal(session.changed) as announced:
        session.follow(project.set_project_name("Verse lab"))
    assert announced.args[0].kinds == {"project"}
    assert session.name == "Verse lab"


def test_that_a_fault_of_ours_is_told_apart_from_the_worlds(qtbot: QtBot, session: Session) -> None:
    from core.errors import UserError

    said: list[tuple[str, str]] = []
    session.message.connect(lambda text, level: said.append((text, level)))
    session.report(UserError("config.json is missing in models/a."))
    session.report(KeyError("rows"))
    session.report(RuntimeError("\n  it broke\n  in many lines\n"))
    assert said[0] == ("config.json is missing in models/a.", "error")
    assert said[1][0].startswith("A fault in Lexigraft:")
    assert said[2][0] == "A fault in Lexigraft: it broke. The log has the details."
