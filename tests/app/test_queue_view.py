from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.queue_view import QueueView
from app.session import Session
from app.window import Window
from core.jobs.request import RunSpec
from tests.app import counting
from tests.app.test_session import Open, start_and_hold

SPEC = RunSpec(kind="test-count", request={}, title="Count")


def verb(view: QueueView, name: str, place: int) -> QPushButton:
    named = [button for button in view.findChildren(QPushButton) if button.toolTip() == name]
    return named[place]


def test_that_the_queue_is_shown_reordered_and_thinned(
    qtbot: QtBot, window: Window, session: Session, open_project: Open
) -> None:
    open_project()
    _, second, third = start_and_hold(qtbot, session, 3)
    window.commands.run("run.queue")
    view = window.queue_view
    assert view is not None
    qtbot.mouseClick(verb(view, "Move down", 0), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [run.id for run in session.waiting] == [third, second])
    qtbot.mouseClick(verb(view, "Take out of the queue", 0), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [run.id for run in session.waiting] == [second])
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.isHidden()
    counting.GATE.set()
    qtbot.waitUntil(lambda: session.running is None and not session.waiting)


def test_that_the_queue_can_be_held(
    qtbot: QtBot, window: Window, session: Session, open_project: Open
) -> None:
    project = open_project()
    session.take_up([project.run(project.add_run(SPEC, title="Later").result())])
    window.commands.run("run.queue")
    view = window.queue_view
    assert view is not None
    assert "Later" in [label.text() for label in view.findChildren(QLabel)]
    start = next(button for button in view.findChildren(QPushButton) if button.text() == "Start what waits")
    counting.GATE.set()
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not session.waiting and session.running is None)
    qtbot.waitUntil(lambda: project.runs()[0].status == "done")


def test_that_an_empty_queue_says_so(qtbot: QtBot, window: Window) -> None:
    window.commands.run("run.queue")
    assert window.queue_view is not None
    texts = [label.text() for label in window.queue_view.findChildren(QLabel)]
    assert "Nothing runs and nothing waits." in texts
