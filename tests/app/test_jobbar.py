from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from app.jobbar import JobBar
from core.jobs.events import ErrorInfo, Finished, Progress


class Stage(QObject):
    """A session reduced to what the job bar asks of it."""

    run_event = Signal(int, object)
    queue_changed = Signal()
    engine_changed = Signal(str)
    project_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.running: SimpleNamespace | None = None
        self.waiting: list[SimpleNamespace] = []
        self.paused = False
        self.engine = None
        self.did: list[tuple[str, int]] = []

    def pause(self, run: int) -> None:
        self.paused = True
        self.did.append(("pause", run))

    def resume(self, run: int) -> None:
        self.paused = False
        self.did.append(("resume", run))

    def cancel(self, run: int) -> None:
        self.did.append(("cancel", run))

    def open_run(self, run: int) -> None:
        self.did.append(("open", run))

    def start(self, run: int, waiting: int = 0) -> None:
        self.running = SimpleNamespace(id=run, title="OMP k 64")
        self.waiting = [SimpleNamespace(id=run + 1 + n, title="next") for n in range(waiting)]
        self.queue_changed.emit()

    def end(self, run: int, finished: Finished) -> None:
        self.run_event.emit(run, finished)
        self.running = None
        self.queue_changed.emit()


@pytest.fixture
def stage(qapp: object) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.deleteLater()


@pytest.fixture
def bar(qtbot: QtBot, stage: Stage) -> JobBar:
    made = JobBar(stage)  # type: ignore[arg-type]
    made.resize(1280, 44)
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_it_says_how_far_a_run_is(stage: Stage, bar: JobBar) -> None:
    stage.start(7, waiting=2)
    stage.run_event.emit(7, Progress(stage="approximating", done=12_310, total=42_496, eta=70))
    assert "OMP k 64" in bar.what.text()
    assert "2 waiting" in bar.what.text()
    assert bar.stage.text() == "approximating 12,310 of 42,496"
    assert bar.left.text() == "1 min 10 s left"
    assert 280 < bar.progress.value() < 300


def test_that_without_a_stable_rate_no_time_is_promised(stage: Stage, bar: JobBar) -> None:
    stage.start(7)
    stage.run_event.emit(7, Progress(stage="loading", done=0, total=0))
    assert bar.left.text() == ""
    assert bar.progress.maximum() == 0


def test_that_another_runs_progress_is_not_shown_as_this_ones(stage: Stage, bar: JobBar) -> None:
    stage.start(7)
    stage.run_event.emit(6, Progress(stage="late", done=5, total=10))
    assert bar.stage.text() == "starting"


def test_that_pause_and_go_on_are_one_button(qtbot: QtBot, stage: Stage, bar: JobBar) -> None:
    stage.start(7)
    for text, verb in (("Pause", "pause"), ("Go on", "resume")):
        assert bar.pause.text() == text
        qtbot.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
        assert stage.did[-1] == (verb, 7)
        stage.queue_changed.emit()


def test_that_stop_is_acknowledged_at_once_and_stands_apart_from_pause(
    qtbot: QtBot, stage: Stage, bar: JobBar
) -> None:
    stage.start(7)
    qtbot.waitUntil(lambda: bar.stop.x() > bar.pause.x())
    assert bar.stop.x() - bar.pause.geometry().right() >= 32
    qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    assert bar.stop.text() == "Stopping…"
    assert stage.did == [("cancel", 7)]


@pytest.mark.parametrize(
    ("finished", "words"),
    [
        (Finished(status="done", result={"seconds": 23.4}), "Run 7 is done, in 23 s"),
        (Finished(status="cancelled"), "Run 7 was stopped"),
        (
            Finished(status="failed", error=ErrorInfo(kind="user", message="text.txt is empty.")),
            "Run 7 failed: text.txt is empty.",
        ),
    ],
)
def test_that_it_says_how_a_run_ended_and_shows_it(
    qtbot: QtBot, stage: Stage, bar: JobBar, finished: Finished, words: str
) -> None:
    stage.start(7)
    stage.end(7, finished)
    assert bar.stage.text() == words
    assert bar.progress.isHidden()
    assert bar.stop.isHidden()
    qtbot.mouseClick(bar.show_result, Qt.MouseButton.LeftButton)
    assert stage.did == [("open", 7)]


def test_that_an_old_end_is_gone_when_the_next_run_starts(stage: Stage, bar: JobBar) -> None:
    stage.start(7)
    stage.end(7, Finished(status="failed", error=ErrorInfo(kind="fault", message="no")))
    stage.start(8)
    assert bar.show_result.isHidden()
    assert bar.stage.text() == "starting"
    stage.running = None
    stage.queue_changed.emit()
    assert "failed" not in bar.stage.text()


def test_that_an_end_stays_told_while_the_engine_still_lets_go(stage: Stage, bar: JobBar) -> None:
    stage.start(7)
    stage.run_event.emit(7, Finished(status="cancelled"))
    stage.queue_changed.emit()  # something was queued meanwhile
    assert bar.stage.text() == "Run 7 was stopped"
    stage.running = None
    stage.queue_changed.emit()
    assert bar.stage.text() == "Run 7 was stopped"
    assert not bar.show_result.isHidden()
    stage.start(7)  # resumed under its number
    assert bar.stage.text() == "starting"
