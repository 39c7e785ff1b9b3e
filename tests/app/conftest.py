"""For every test of the window: a recorder in the place of dialogs, no leaks, no unexpected Qt message."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import theme
from app.dialogs import Choice, Dialogs
from app.session import Session
from app.settings import Settings
from app.window import Window
from core.project.project import Project


class RecordedDialogs(Dialogs):
    """Answers as the test foresaw; an unforeseen question fails the test."""

    def __init__(self) -> None:
        self._answers: list[tuple[str, Any]] = []
        self.asked: list[tuple[str, str, str]] = []
        self.unforeseen: list[str] = []

    def foresee(self, kind: str, answer: Any) -> None:
        """`kind` is the method's name: the next question must be of it."""
        self._answers.append((kind, answer))

    @property
    def left(self) -> list[tuple[str, Any]]:
        return self._answers

    def _answer(self, kind: str, title: str, text: str = "", nothing: Any = None) -> Any:
        self.asked.append((kind, title, text))
        if self._answers and self._answers[0][0] == kind:
            return self._answers.pop(0)[1]
        self.unforeseen.append(f"{kind}: {title}")
        return nothing

    def open_file(self, parent: QWidget, title: str, **_: Any) -> Path | None:
        return self._answer("open_file", title)

    def open_files(self, parent: QWidget, title: str, **_: Any) -> list[Path]:
        return self._answer("open_files", title, nothing=[])

    def open_folder(self, parent: QWidget, title: str, **_: Any) -> Path | None:
        return self._answer("open_folder", title)

    def save_file(self, parent: QWidget, title: str, **_: Any) -> Path | None:
        return self._answer("save_file", title)

    def ask_text(self, parent: QWidget, title: str, label: str, text: str = "") -> str | None:
        return self._answer("ask_text", title, label)

    def choose(self, parent: QWidget, title: str, text: str, choices: Sequence[Choice]) -> str | None:
        return self._answer("choose", title, text, nothing="cancel")


@pytest.fixture(scope="session", autouse=True)
def _themed(qapp: QApplication) -> None:
    """The theme stands before the first widget, as in the program: a new style inside one is fatal."""
    theme.current()


@pytest.fixture
def dialogs() -> Iterator[RecordedDialogs]:
    recorder = RecordedDialogs()
    yield recorder
    assert not recorder.unforeseen, f"nobody foresaw these questions: {recorder.unforeseen}"
    assert not recorder.left, f"these answers were never asked for: {recorder.left}"


@pytest.fixture
def session(qapp: QApplication, dialogs: RecordedDialogs) -> Iterator[Session]:
    """A session whose jobs run in the engine thread itself."""
    made = Session(engine="thread", dialogs=dialogs)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def open_project(qtbot: QtBot, session: Session, tmp_path: Path) -> Callable[[], Project]:
    """Opens a new project in `session`, and waits until it is."""

    def make() -> Project:
        with qtbot.waitSignal(session.project_changed):
            session.new_project(tmp_path / "Prose lab")
        assert session.project is not None
        return session.project

    return make


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> Iterator[Window]:
    theme.current().set_mode("light")
    made = Window(session, Settings())
    made.resize(1280, 800)
    with qtbot.waitSignal(made.first_painted):
        made.show()
    yield made
    made.hide()
    made.deleteLater()


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(qapp: QApplication) -> Iterator[None]:
    """No thread and no window outlives its test."""
    threads, windows = set(threading.enumerate()), set(QApplication.topLevelWidgets())
    gc.freeze()  # what is there already need not be looked through after every test
    yield
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        qapp.processEvents()
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in windows]
    assert not left, f"windows left behind: {left}"
    alive = [thread for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    dummies = [thread for thread in alive if isinstance(thread, threading._DummyThread)]
    assert len(alive) == len(dummies), f"threads left behind: {alive}"
