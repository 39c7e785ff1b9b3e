"""The engine thread with the desktop's own executor: jobs in a process of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from core.generation.memory.job import MODELS_IN_MEMORY
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app import counting
from tests.core.jobs import probes  # declares the job that these tests run
from tests.tiny_models import write_tiny_model

SLOW = 60_000
"""Milliseconds: a process has to start first, and torch to be imported there."""


def probe(do: str, **request: Any) -> RunSpec:
    return RunSpec(kind=probes.PROBE.kind, request={"do": do, **request}, title=do)


@pytest.fixture
def lab(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Session, Project]]:
    session = Session(engine="process")
    with qtbot.waitSignal(session.project_changed):
        session.new_project(tmp_path / "lab")
    assert session.project is not None
    yield session, session.project
    session.close()
    session.deleteLater()


def test_that_a_crash_ends_the_run_and_neither_the_window_nor_the_next_run(
    qtbot: QtBot, lab: tuple[Session, Project]
) -> None:
    session, project = lab
    ids: list[int] = []
    for do in ("crash", "count"):
        session.submit(probe(do), then=ids.append)
    qtbot.waitUntil(lambda: len(ids) == 2 and session.running is None and not session.waiting, timeout=SLOW)
    crashed, counted = (project.run(run_id) for run_id in ids)
    assert (crashed.status, counted.status) == ("failed", "done")
    assert crashed.error is not None
    assert crashed.error.kind == "engine"
    assert "The engine process died" in crashed.error.message
    assert counted.result is not None
    assert counted.result["process"] != os.getpid()
    assert (project.run_folder(counted.id) / "notes" / "steps.txt").read_text() == "3"


def test_that_closing_while_the_process_works_leaves_the_run_interrupted(
    qtbot: QtBot, lab: tuple[Session, Project]
) -> None:
    session, project = lab
    heard: list[Any] = []
    session.run_event.connect(lambda run_id, event: heard.append(event))
    session.submit(probe("wait"))
    qtbot.waitUntil(lambda: any(event.type == "partial" for event in heard), timeout=SLOW)
    folder = project.folder
    session.close()
    with Project.open(folder) as again:
        assert [run.status for run in again.runs()] == ["interrupted"]


def test_that_a_run_taken_out_of_the_queue_is_told_to_have_ended(
    qtbot: QtBot, session: Session, open_project: Callable[[], Project]
) -> None:
    project = open_project()
    ended: list[tuple[int, str]] = []

    def listen(run_id: int, event: Any) -> None:
        if event.type == "finished":
            ended.append((run_id, event.status))

    session.run_event.connect(listen)
    counting.GATE.clear()
    ids: list[int] = []
    for _ in range(2):
        session.submit(RunSpec(kind=counting.COUNT.kind, request={}), then=ids.append)
    qtbot.waitUntil(lambda: len(ids) == 2 and session.running is not None)
    session.cancel(ids[1])
    qtbot.waitUntil(lambda: ended == [(ids[1], "cancelled")])
    assert project.run(ids[1]).status == "cancelled"
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None)


def test_that_the_engine_answers_between_runs_and_keeps_models_from_job_to_job(
    qtbot: QtBot, lab: tuple[Session, Project], tmp_path: Path
) -> None:
    session, project = lab
    folder = write_tiny_model(tmp_path / "tiny")
    answers: list[Any] = []
    errors: list[Exception] = []

    def ask(**request: Any) -> None:
        spec = RunSpec(kind=MODELS_IN_MEMORY.kind, request=request)
        session.ask_engine(spec, then=answers.append, failed=errors.append)

    session.hold(True)  # runs wait, questions do not
    ids: list[int] = []
    session.submit(probe("count"), then=ids.append)
    ask(load=[str(folder)])
    ask()
    ask(load=[str(tmp_path / "absent")])
    ask(unload=[str(folder)])
    qtbot.waitUntil(lambda: len(answers) == 3 and len(errors) == 1, timeout=SLOW)
    assert [[model.name for model in answer.residents.models] for answer in answers] == [
        ["tiny"],
        ["tiny"],
        [],
    ]
    assert "There is no folder" in str(errors[0])
    assert [run.status for run in project.runs()] == ["queued"]
    session.hold(False)
    qtbot.waitUntil(lambda: project.run(ids[0]).status == "done", timeout=SLOW)
