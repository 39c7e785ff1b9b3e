"""Where a run was branched off, and what was branched off it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import icon
from app.widgets.card import Card
from app.widgets.tooltip import tooltip
from core.generation.generate.job import GENERATE
from core.project.project import Project
from core.project.records import RunRecord


@dataclass(frozen=True)
class Branch:
    run: int
    title: str
    status: str


@dataclass(frozen=True)
class Branches:
    parent: Branch | None
    children: tuple[Branch, ...]


def branches(project: Project, run_id: int) -> Branches:
    """Of a run. Reads the project: not for the main thread."""
    runs = {run.id: run for run in project.runs() if run.kind == GENERATE.kind}
    own = runs.get(run_id)
    if own is None:
        return Branches(None, ())

    def left(run: RunRecord) -> RunRecord | None:
        """The run that one was branched off; a repeated one has other runs before it that begin alike."""
        before = runs.get(run.parent or 0)
        while before is not None and _forced(before) == _forced(run):
            before = runs.get(before.parent or 0)
        return before if _forced(run) else None

    parent = left(own)
    children = [
        run for run in runs.values() if run.parent == run_id and _forced(run) not in ((), _forced(own))
    ]
    return Branches(
        _branch(parent) if parent is not None else None,
        tuple(_branch(run) for run in sorted(children, key=lambda run: run.id)),
    )


def _forced(run: RunRecord) -> tuple[str, ...]:
    """What a run's texts were made to begin with; empty for one that was asked for afresh."""
    return tuple(filter(None, run.request.get("forced") or ()))


def _branch(run: RunRecord) -> Branch:
    return Branch(run.id, run.title, run.status)


class BranchesCard(Card):
    opened = Signal(int)
    """A run that is to be shown."""

    def __init__(self) -> None:
        super().__init__("Branches")
        self.buttons: list[QPushButton] = []
        self._holder = QWidget()
        self._list = QVBoxLayout(self._holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(4)
        self.column.addWidget(self._holder)
        self.hide()

    def show_branches(self, found: Branches) -> None:
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        if found.parent is not None:
            self._add(found.parent, f"Back to run {found.parent.run} · {found.parent.title}", "up")
        for branch in found.children:
            self._add(branch, f"Run {branch.run} · {branch.title}{_state(branch)}", "chevron-right")
        self.setVisible(bool(self.buttons))

    def _add(self, branch: Branch, words: str, sign: str) -> None:
        button = theme.styled(QPushButton(icon(sign, "accent"), words.replace("&", "&&")), kind="link")
        button.setIconSize(QSize(12, 12))
        button.setAccessibleName(words)
        button.setToolTip(tooltip(words))
        button.setMinimumWidth(40)
        button.clicked.connect(lambda: self.opened.emit(branch.run))
        self.buttons.append(button)
        self._list.addWidget(button)


def _state(branch: Branch) -> str:
    return "" if branch.status == "done" else f" ({branch.status})"
