"""What a page shows while records are read, runs go on and others are asked for: the latest, always."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.run_page import RunPage
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.project.records import RunRecord
from tests.app.widgets.asking import ASK


@pytest.fixture
def project(open_project: Callable[[], Project]) -> Project:
    return open_project()


@pytest.fixture
def page(qtbot: QtBot, session: Session, project: Project) -> RunPage:
    made = RunPage(
        session,
        ASK,
        title_of=lambda request: "asked",
        sentences=lambda run, result: (f"Run {run.id} is done.", ""),
        empty="Ask.",
    )
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def reads(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Runs are read at once, as they are, and each is told only when the test calls it."""
    found: list[Callable[[], None]] = []
    ask = session.ask

    def hold_back(function: Any, *args: Any, then: Any = None, key: str | None = None, **rest: Any) -> None:
        if key not in ("run", "again"):
            ask(function, *args, then=then, key=key, **rest)
            return
        value = function(*args)
        found.append(lambda: then(value))

    monkeypatch.setattr(session, "ask", hold_back)
    return found


def record(project: Project) -> RunRecord:
    spec = RunSpec(kind=ASK.kind, request={"model": "/models/tiny"}, title="asked")
    run_id = project.add_run(spec).result()
    project.start_run(run_id).result()
    return project.run(run_id)


def end(project: Project, run: RunRecord) -> None:
    project.finish_run(run.id, Finished(status="cancelled")).result()


def test_that_a_run_that_ends_before_it_is_told_how_it_was_is_read_again(
    qtbot: QtBot, project: Project, page: RunPage, reads: list[Callable[[], None]]
) -> None:
    run = record(project)
    page.follow(run.id)
    end(project, run)
    qtbot.waitUntil(lambda: len(reads) > 1)
    reads[-1]()
    assert page.run is not None
    assert page.run.status == "cancelled"


def test_that_a_run_shown_from_a_list_is_read_again(qtbot: QtBot, project: Project, page: RunPage) -> None:
    run = record(project)
    end(project, run)
    qtbot.wait(1)  # that it has changed is told before it is shown
    page.show_run(run)
    qtbot.waitUntil(lambda: page.run is not None and page.run.status == "cancelled")


def test_that_a_run_asked_for_before_does_not_come_over_the_one_shown(
    project: Project, page: RunPage, reads: list[Callable[[], None]]
) -> None:
    one, other = record(project), record(project)
    page.follow(one.id)
    page.show_run(other)
    for read in reads:
        read()
    assert page.run is not None
    assert page.run.id == other.id


def test_that_a_control_that_goes_leaves_the_focus_to_the_run_and_not_to_what_comes_next(
    qtbot: QtBot, project: Project, page: RunPage
) -> None:
    button = QPushButton("Run the sample")
    page.empty.foot.addWidget(button)
    qtbot.waitUntil(lambda: button.isVisible() and page.isActiveWindow())
    button.setFocus()
    run = record(project)
    page.show_run(run)
    assert page.focusWidget() is page.status
    done = Finished(status="done", result={"warnings": []})
    project.finish_run(run.id, done).result()
    qtbot.waitUntil(lambda: page.result is not None)
    assert page.focusWidget() is page.answer


def test_that_a_control_that_turns_grey_leaves_the_focus_to_the_result(page: RunPage) -> None:
    page.setup.run.setEnabled(True)
    page.setup.run.setFocus()
    page.setup.run.setEnabled(False)
    assert page.focusWidget() is page.view


def test_that_a_stopped_run_shows_what_it_had_under_the_line_that_says_so(
    qtbot: QtBot, project: Project, page: RunPage
) -> None:
    run = record(project)
    project.finish_run(run.id, Finished(status="cancelled", result={"said": "so far"})).result()
    page.show_run(project.run(run.id))
    assert page.result is not None
    assert page.status.isVisible()
    assert page.status.heading.text() == f"Run {run.id} was stopped."
    assert "kept below" in page.status.detail.text()
    assert page.answer.isVisible()
    assert not page.answer.buttons["again"].isVisible()
