from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.tab import Tab
from app.panels.tokenizers.job_tab import TokenizerTab
from app.session import Session
from core.jobs.events import Finished
from core.jobs.request import Result, RunSpec
from core.project.project import Project


class MadeUpLive:
    """In the place of `LiveTokenizers`: answers at once, as the test says, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.answer: Callable[[Any], Any] = lambda question: None
        """Gives an answer, an exception to fail with, or None: no answer comes."""

    def ask(
        self,
        question: Any,
        *,
        then: Callable[[Any], None],
        failed: Callable[[Exception], None],
        owner: QObject,
        key: str,
        first: bool = False,
    ) -> None:
        self.asked.append(question)
        answer = self.answer(question)
        if isinstance(answer, Exception):
            failed(answer)
        elif answer is not None:
            then(answer)

    def of(self, kind: type) -> list[Any]:
        """The questions of one kind, in their order."""
        return [question for question in self.asked if isinstance(question, kind)]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> MadeUpLive:
    made = MadeUpLive()
    monkeypatch.setattr(Session, "live", property(lambda session: made))
    return made


@pytest.fixture
def project(open_project: Callable[[], Project]) -> Project:
    return open_project()


@pytest.fixture
def show_tab(qtbot: QtBot, session: Session) -> Callable[[type[Tab]], Any]:
    """Makes a tab, and shows it as the panel does."""

    def make(kind: type[Tab], state: dict[str, Any] | None = None) -> Tab:
        theme.current().set_mode("light")
        tab = kind(session)
        qtbot.addWidget(tab)
        tab.resize(1_000, 700)
        tab.restore(state or {})
        tab.show()
        return tab

    return make


@pytest.fixture
def finish(project: Project) -> Callable[[TokenizerTab, Result], int]:
    """Record a run of the tab's sample that gave a result, and show it there; its number."""

    def record(tab: TokenizerTab, result: Result) -> int:
        request = tab.job.request.model_validate(tab.sample_values())
        spec = RunSpec(kind=tab.job.kind, request=request.model_dump(mode="json"), title="made up")
        run_id = project.add_run(spec).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=result.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record
