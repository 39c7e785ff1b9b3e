from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.widgets.run_state import RunState
from core.jobs.events import ErrorInfo, Progress
from core.project.records import RunRecord


@pytest.fixture
def state(qtbot: QtBot) -> RunState:
    made = RunState()
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    return made


def run(**changes: Any) -> RunRecord:
    whole: dict[str, Any] = {
        "id": 14,
        "kind": "transplant",
        "title": "a → b",
        "status": "running",
        "request": {},
        "seed": 0,
        "device": "auto",
        "created": datetime.now(UTC),
    }
    return RunRecord.model_validate({**whole, **changes})


def verbs(state: RunState) -> list[str]:
    return [key for key, button in state.buttons.items() if button.isVisible()]


def test_that_a_run_that_waits_says_how_many_come_first(state: RunState) -> None:
    state.show_waiting(run(status="queued"), 2, held=False)
    assert (state.heading.text(), state.detail.text()) == ("Run 14 waits.", "2 runs come first.")
    assert verbs(state) == ["withdraw"]
    state.show_waiting(run(status="queued"), 0, held=True)
    assert verbs(state) == ["release", "withdraw"]


def test_that_a_run_under_way_says_stage_count_and_times(state: RunState) -> None:
    state.show_running(run(), None, paused=False)
    assert (state.heading.text(), state.progress.maximum()) == ("Starting…", 0)
    event = Progress(stage="approximating", done=1_204, total=3_421, eta=70, elapsed=40)
    state.show_running(run(), event, paused=False)
    assert state.heading.text() == "Approximating 1,204 of 3,421"
    assert state.detail.text() == "Run 14 · a → b · 40 s so far · 1 min 10 s left"
    assert state.progress.value() == 352
    state.show_running(run(), event, paused=True)
    assert state.heading.text() == "Paused: approximating 1,204 of 3,421"


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("user", ["again", "command"]),
        ("fault", ["resume", "again", "command"]),
        ("memory", ["resume", "again", "command"]),
        ("engine", ["resume", "again", "command"]),
    ],
)
def test_that_a_failure_says_its_cause_what_to_do_and_keeps_the_trace_folded(
    qtbot: QtBot, state: RunState, kind: str, offered: list[str]
) -> None:
    error = ErrorInfo(kind=kind, message="<b>prose.txt</b> is empty.", traceback="Traceback …")  # type: ignore[arg-type]
    state.show_failed(run(status="failed"), error, resumable=True)
    assert state.heading.text() == "<b>prose.txt</b> is empty."
    assert state.heading.textFormat() is Qt.TextFormat.PlainText
    assert state.detail.text().startswith("Run 14 failed. ")
    assert verbs(state) == offered
    assert not state.copy.isVisible()
    qtbot.mouseClick(state.fold.button, Qt.MouseButton.LeftButton)
    assert state.trace == "Traceback …"
    state.copy.click()
    assert QGuiApplication.clipboard().text() == "<b>prose.txt</b> is empty.\n\nTraceback …"


def test_that_a_stopped_and_an_interrupted_run_can_go_on(qtbot: QtBot, state: RunState) -> None:
    state.show_stopped(run(status="cancelled", progress=0.35), resumable=True)
    assert state.heading.text() == "Run 14 was stopped at 35 %."
    state.show_stopped(run(status="interrupted"), resumable=True)
    assert state.heading.text() == "Run 14 was interrupted."
    with qtbot.waitSignal(state.verb) as pressed:
        qtbot.mouseClick(state.buttons["resume"], Qt.MouseButton.LeftButton)
    assert pressed.args == ["resume"]
    state.show_stopped(run(status="interrupted"), resumable=False)
    assert verbs(state) == ["again", "command"]


def test_that_a_result_of_another_version_can_at_least_be_run_again(state: RunState) -> None:
    state.show_unreadable(run(status="done"))
    assert verbs(state) == ["again", "command"]
    assert not state.progress.isVisible()
