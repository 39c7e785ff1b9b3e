"""Fill in: gaps between two texts, prompts that end anywhere, and masks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from app.panels.generation.fill.gap import GapTab
from app.panels.generation.fill.masks import MasksTab
from app.panels.job_tab import JobTab
from app.panels.tab import Tab
from app.widgets.segmented import Segmented

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import RunRecord

GAP, MASKS = "gap", "masks"


class FillTab(Tab):
    """Two questions, each with its own setup and result; `page` is that of the question shown."""

    kinds: ClassVar = (*GapTab.kinds, *MasksTab.kinds)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.question = Segmented("Question", ((GAP, "A gap"), (MASKS, "Masks")))
        self.gap, self.masks = GapTab(session), MasksTab(session)
        self.parts: dict[str, JobTab] = {GAP: self.gap, MASKS: self.masks}
        self._stack = QStackedWidget()
        for part in self.parts.values():
            self._stack.addWidget(part)
            part.wanted.connect(self.wanted)
        self.page = self.gap.page
        self.masks.page.folded.connect(self.gap.page.folded)  # the panel listens to the first one's alone
        row = QHBoxLayout()
        row.addWidget(self.question)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.question.chosen.connect(self._show)

    @property
    def part(self) -> JobTab:
        """The question shown."""
        return self.parts[self.question.key]

    @Slot(str)
    def _show(self, key: str) -> None:
        self.page = self.parts[key].page
        self._stack.setCurrentWidget(self.parts[key])
        self.gap.page.folded.emit()

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
        parts = {key: part.state() for key, part in self.parts.items()}
        return {"question": self.question.key, "parts": parts}

    def restore(self, state: dict[str, Any]) -> None:
        left = state.get("parts")
        for key, part in self.parts.items():
            how = left.get(key) if isinstance(left, dict) else None
            part.restore(how if isinstance(how, dict) else {})
        question = state.get("question")
        if question in self.parts and not self.gap.page.touched:
            self.question.choose(question)
