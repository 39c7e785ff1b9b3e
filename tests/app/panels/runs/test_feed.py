from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.panels.runs.feed import FEW, RunFeed
from app.panels.runs.model import RunModel
from app.session import Session
from core.jobs.events import Progress
from core.project.project import Project
from tests.app.panels.runs.grafting import Lab


@pytest.fixture
def busy() -> list[bool]:
    """Holds something while a title is being edited."""
    return []


@pytest.fixture
def feed(qtbot: QtBot, session: Session, lab: Lab, busy: list[bool]) -> RunFeed:
    made = RunFeed(session, RunModel(session), lambda: bool(busy), session)
    made.refresh()
    qtbot.waitUntil(lambda: not made.loading)
    return made


def shown(feed: RunFeed) -> dict[int, str]:
    return {run.id: run.status for run in feed._model.shown}


def test_that_runs_come_change_and_go_as_the_project_announces(
    qtbot: QtBot, lab: Lab, feed: RunFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "runs", lambda self: pytest.fail("everything was read for one run"))
    run = lab.queue()
    qtbot.waitUntil(lambda: shown(feed) == {run: "queued"})
    lab.project.start_run(run).result()
    qtbot.waitUntil(lambda: shown(feed) == {run: "running"})
    other = lab.done()
    qtbot.waitUntil(lambda: shown(feed) == {run: "running", other: "done"})
    lab.project.delete_runs([other]).result()
    qtbot.waitUntil(lambda: shown(feed) == {run: "running"})


def test_that_many_changes_at_once_are_read_at_once(qtbot: QtBot, lab: Lab, feed: RunFeed) -> None:
    runs = [lab.queue() for _ in range(FEW + 5)]
    qtbot.waitUntil(lambda: len(shown(feed)) == len(runs))


def test_that_nothing_moves_while_a_person_edits(
    qtbot: QtBot, lab: Lab, session: Session, feed: RunFeed, busy: list[bool]
) -> None:
    busy.append(True)
    with qtbot.waitSignal(session.changed):
        run = lab.queue()
    qtbot.wait(30)
    assert shown(feed) == {}
    busy.clear()
    feed.go_on()
    qtbot.waitUntil(lambda: shown(feed) == {run: "queued"})


def test_that_a_run_emptied_from_the_bin_is_no_stumbling_block(qtbot: QtBot, lab: Lab, feed: RunFeed) -> None:
    run = lab.done()
    lab.project.delete_runs([run]).result()
    lab.project.empty_bin().result()
    kept = lab.queue()
    qtbot.waitUntil(lambda: shown(feed) == {kept: "queued"})


def test_that_progress_without_a_total_is_no_share(
    qtbot: QtBot, lab: Lab, session: Session, feed: RunFeed
) -> None:
    run = lab.start()
    qtbot.waitUntil(lambda: shown(feed) == {run: "running"})
    told: list[bool] = []
    feed._model.dataChanged.connect(lambda *_: told.append(True))
    session.run_event.emit(run, Progress(stage="loading", done=1, total=0))
    assert told
    assert feed._model.index(0, 3).data() == "running"


def test_that_an_older_reading_does_not_come_over_a_newer_one(
    lab: Lab, session: Session, feed: RunFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, object]] = []
    monkeypatch.setattr(session, "ask", lambda *_, owner=None, key=None, **rest: asked.append((owner, key)))
    feed._changed.add(lab.queue())
    feed.go_on()
    feed.refresh()
    assert asked[0] == asked[1]  # of two questions under one key, only the newer one is answered
