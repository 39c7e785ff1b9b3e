"""Limits: a model on a collection that single vectors cannot rank, and how much a dimension can hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from app.panels.job_tab import JobTab
from app.panels.retrieval.limits.dimension import DimensionTab
from app.panels.retrieval.limits.model import ModelTab
from app.panels.tab import Tab
from app.widgets.segmented import Segmented

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import RunRecord

MODEL, DIMENSION = "model", "dimension"


class LimitsTab(Tab):
    """Two questions, each with its own setup and result; `page` is that of the question shown."""

    kinds: ClassVar = (*ModelTab.kinds, *DimensionTab.kinds)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.question = Segmented(
            "Question", ((MODEL, "Your model on LIMIT"), (DIMENSION, "What a dimension can hold"))
        )
        self.parts: dict[str, JobTab] = {MODEL: ModelTab(session), DIMENSION: DimensionTab(session)}
        self._stack = QStackedWidget()
        for part in self.parts.values():
            self._stack.addWidget(part)
            part.wanted.connect(self.wanted)
        self.page = self.parts[MODEL].page
        row = QHBoxLayout()
        row.addWidget(self.question)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.question.chosen.connect(self._show)
        # The panel listens to the first part's page alone.
        self.parts[DIMENSION].page.folded.connect(self.parts[MODEL].page.folded)

    @property
    def part(self) -> JobTab:
        """The question shown."""
        return self.parts[self.question.key]

    @Slot(str)
    def _show(self, key: str) -> None:
        part = self.parts[key]
        self.page = part.page
        self._stack.setCurrentWidget(part)
        self.parts[MODEL].page.folded.emit()

    # What the panel asks of a tab

    def show_run(self, run: RunRecord) -> None:
        key = next(key for key, part in self.parts.items() if run.kind in part.kinds)
        self.question.choose(key)
        self.parts[key].show_run(run)

    def drop(self, paths: list[Path]) -> bool:
        return self.part.drop(paths)

    def take(self, what: Any) -> None:
        self.part.take(what)

    def state(self) -> dict[str, Any]:
        return {
            "question": self.question.key,
            "parts": {key: part.state() for key, part in self.parts.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        left = state.get("parts")
        for key, part in self.parts.items():
            how = left.get(key) if isinstance(left, dict) else None
            part.restore(how if isinstance(how, dict) else {})
        question = state.get("question")
        if isinstance(question, str) and not self.parts[MODEL].page.touched:
            self.question.choose(question)
