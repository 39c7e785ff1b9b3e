"""A tool that answers two questions, each with its own setup and result, behind a switch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from app.panels.job_tab import JobTab
from app.panels.tab import Tab
from app.widgets.segmented import Segmented

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import RunRecord


class QuestionsTab(Tab):
    """A subclass names its questions; the first one is shown first. `page` is that of the question shown."""

    questions: ClassVar[dict[str, tuple[str, type[JobTab]]]]
    """Key → what the switch says, and the tab that answers it."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.question = Segmented("Question", [(key, title) for key, (title, _) in self.questions.items()])
        self._first = next(iter(self.questions))
        self._made: dict[str, JobTab] = {}
        self._left: dict[str, Any] = {}
        """How the questions that were not looked at yet were left."""
        self._stack = QStackedWidget()
        self.page = self.made(self._first).page
        row = QHBoxLayout()
        row.addWidget(self.question)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.question.chosen.connect(self._show)

    def made(self, key: str) -> JobTab:
        """The setup and the result of a question, made when it is first looked at."""
        if key not in self._made:
            part = self._made[key] = self.questions[key][1](self.session)
            self._stack.addWidget(part)
            part.wanted.connect(self.wanted)
            if key in self._left:
                part.restore(self._left.pop(key))
            if key != self._first:  # the panel listens to the first one's page alone
                part.page.folded.connect(self.made(self._first).page.folded)
        return self._made[key]

    @property
    def part(self) -> JobTab:
        """The question shown."""
        return self.made(self.question.key)

    @Slot(str)
    def _show(self, key: str) -> None:
        part = self.made(key)
        self.page = part.page
        self._stack.setCurrentWidget(part)
        self.made(self._first).page.folded.emit()

    # What the panel asks of a tab

    def show_run(self, run: RunRecord) -> None:
        key = next(key for key, (_, part) in self.questions.items() if run.kind in part.kinds)
        self.question.choose(key)
        self.made(key).show_run(run)

    def drop(self, paths: list[Path]) -> bool:
        return self.part.drop(paths)

    def take(self, what: Any) -> None:
        self.part.take(what)

    def state(self) -> dict[str, Any]:
        return {
            "question": self.question.key,
            "parts": {**self._left, **{key: part.state() for key, part in self._made.items()}},
        }

    def restore(self, state: dict[str, Any]) -> None:
        left = state.get("parts")
        for key in self.questions:
            how = left.get(key) if isinstance(left, dict) else None
            self._left[key] = how if isinstance(how, dict) else {}
            if key in self._made:
                self._made[key].restore(self._left.pop(key))
        question = state.get("question")
        if isinstance(question, str) and not self.made(self._first).page.touched:
            self.question.choose(question)
