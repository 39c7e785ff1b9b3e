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
    runs = [run for run in project.runs() if run.kind == GENERATE.kind]
    listed = {run.id: Branch(run.id, run.title, run.status) for run in runs}
    forced = {run.id for run in runs if any(run.request.get("forced") or ())}
    own = next((run for run in runs if run.id == run_id), None)
    parent = listed.get(own.parent) if own is not None and own.parent and own.id in forced else None
    children = [listed[run.id] for run in runs if run.parent == run_id and run.id in forced]
    return Branches(parent, tuple(sorted(children, key=lambda branch: branch.run)))


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
