"""What can be done with the runs that are selected, and why something cannot be done now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.panels.runs.asked import known_kind
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from app.session import Session
    from core.project.project import Project
    from core.project.records import RunRecord

GOING = ("running", "paused", "queued")
ENDED_EARLY = ("interrupted", "failed", "cancelled")
NONE_SELECTED = "Select a run first"
ONE_ONLY = "Select one run only"
READ_ONLY = "This project is open for reading only"


@dataclass(frozen=True)
class RunAction:
    """`why_not` says in words why it cannot be done now; empty when it can."""

    key: str
    verb: str
    run: Callable[[], object]
    why_not: Callable[[], str]
    keys: str = ""
    """As a menu shows them; the table itself listens for them."""


class RunActions(QObject):
    """`selected` gives the records of the selected runs, `select` selects others once they are there."""

    def __init__(
        self,
        session: Session,
        selected: Callable[[], list[RunRecord]],
        select: Callable[[list[int]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._selected = selected
        self._select = select
        self._panel = parent
        self.all: dict[str, RunAction] = {}
        self._buttons: list[tuple[QPushButton, RunAction, bool]] = []
        for action in (
            RunAction("open", "Open", self.open, self._why_not_open, "Return"),
            RunAction("again", "Run again", self.run_again, self._why_not_again),
            RunAction("resume", "Resume", self.resume, self._why_not_resume),
            RunAction("stop", "Stop", self.stop, self._why_not_stop),
            RunAction("command", "Show the command", self.show_command, self._why_not_command),
            RunAction("folder", "Open its folder", self.open_folder, self._why_not_folder),
        ):
            self.add(action)

    def add(self, action: RunAction) -> None:
        self.all[action.key] = action

    def button(self, key: str, *, only_when_possible: bool = False) -> QPushButton:
        """A button that says why it cannot be pressed, or is not there then; see `refresh`."""
        action = self.all[key]
        made = QPushButton(action.verb)
        made.clicked.connect(lambda: self.do(key))
        self._buttons.append((made, action, only_when_possible))
        return made

    @Slot()
    def refresh(self) -> None:
        """Ask anew what can be done, since other runs are selected or they changed."""
        for button, action, only_when_possible in self._buttons:
            why = action.why_not()
            button.setEnabled(not why)
            button.setToolTip(tooltip(why))
            button.setAccessibleDescription(why)
            if only_when_possible:
                button.setVisible(not why)

    def do(self, key: str) -> None:
        """Do it if it can be done, else say why not."""
        action = self.all[key]
        why = action.why_not()
        if why:
            self._session.message.emit(f"{why}.", "info")
        else:
            action.run()

    def fill(self, menu: QMenu, keys: tuple[str, ...]) -> None:
        """Add actions to a menu, an empty key being a line between; those that cannot be done say why."""
        menu.setToolTipsVisible(True)
        for key in keys:
            if not key:
                menu.addSeparator()
                continue
            action, why = self.all[key], self.all[key].why_not()
            # After a tab: shown like a shortcut, without being one anywhere but in the table.
            made = QAction(f"{action.verb}\t{action.keys}" if action.keys else action.verb, menu)
            made.setObjectName(key)
            made.setEnabled(not why)
            made.setToolTip(why)
            made.triggered.connect(action.run)
            menu.addAction(made)

    # What each does

    def open(self) -> None:
        self._session.open_run(self._selected()[0].id)

    def run_again(self) -> None:
        """Queue runs of the same requests, each the child of the one that it repeats."""
        made: list[int] = []

        def show(run_id: int) -> None:
            made.append(run_id)
            self._select(made)

        for run in self._selected():
            self._session.submit(run.spec, parent=run.id, then=show)

    def resume(self) -> None:
        for run in self._selected():
            self._session.resume_interrupted(run.id)

    def stop(self) -> None:
        for run in self._selected():
            self._session.cancel(run.id)

    def show_command(self) -> None:
        from app.widgets.command_sheet import CommandSheet

        (run,) = self._selected()

        def show(command: str) -> None:
            CommandSheet(self._panel.window(), f"The command that repeats run {run.id}", command).open()

        self._session.ask(self._session.show_command, run.spec, then=show, owner=self, key="command")

    def open_folder(self) -> None:
        """The folder of the run's files, if it has any."""
        project = self._project
        if project is None:
            return
        (run,) = self._selected()

        def show(folder: Path | None) -> None:
            if folder is None:
                self._session.message.emit(f"Run {run.id} has written no files.", "info")
            else:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

        self._session.ask(_folder_of, project, run.id, then=show, owner=self, key="folder")

    def delete(self, next_run: int | None) -> None:
        """Into the project's bin, with an offer to take them back; `next_run` is selected then."""
        project = self._project
        if project is None:
            return
        ids = [run.id for run in self._selected()]
        words = f"Run {ids[0]} was deleted." if len(ids) == 1 else f"{len(ids)} runs were deleted."
        session = self._session

        def restore() -> None:
            if session.project is project:
                session.follow(project.restore_runs(ids), then=lambda _: self._select(ids), owner=self)

        def deleted(_: None) -> None:
            if next_run is not None:
                self._select([next_run])
            session.offered.emit(words, "Undo", restore)

        session.follow(project.delete_runs(ids), then=deleted, owner=self)

    # Why one cannot

    @property
    def _project(self) -> Project | None:
        return self._session.project

    def _some(self) -> str:
        return "" if self._selected() else NONE_SELECTED

    def _one(self) -> str:
        selected = self._selected()
        return self._some() or ("" if len(selected) == 1 else ONE_ONLY)

    def _writable(self) -> str:
        return READ_ONLY if self._project is None or self._project.read_only else ""

    def _why_not_open(self) -> str:
        why = self._one()
        for run in () if why else self._selected():
            kind = known_kind(run.kind)
            if kind is None or kind.panel in (None, "runs"):
                return "All there is of this run is shown below: its kind has no panel of its own"
        return why

    def _why_not_again(self) -> str:
        unknown = next((run for run in self._selected() if known_kind(run.kind) is None), None)
        return self._writable() or self._some() or _unknown(unknown)

    def _why_not_resume(self) -> str:
        why = self._writable() or self._some()
        for run in self._selected():
            kind = known_kind(run.kind)
            if run.status not in ENDED_EARLY:
                why = why or f"Run {run.id} is {run.status}: there is nothing to resume"
            elif kind is None:
                why = why or _unknown(run)
            elif not kind.resumable:
                why = why or f"A {kind.title.lower()} run cannot be resumed: run it again instead"
        return why

    def _why_not_stop(self) -> str:
        why = self._writable() or self._some()
        running = self._session.running
        ours = {run.id for run in (*self._session.waiting, *([running] if running else []))}
        for run in self._selected():
            if run.status not in GOING:
                why = why or f"Run {run.id} is {run.status}: there is nothing to stop"
            elif run.id not in ours:
                why = why or f"Run {run.id} goes on in another program: stop it there"
        return why

    def _why_not_command(self) -> str:
        return self._one() or _unknown(
            next((run for run in self._selected() if known_kind(run.kind) is None), None)
        )

    def _why_not_folder(self) -> str:
        return self._one()

    def why_not_delete(self) -> str:
        busy = next((run for run in self._selected() if run.status in GOING), None)
        why = self._writable() or self._some()
        return why or (f"Run {busy.id} is {busy.status}: stop it first" if busy else "")


def _unknown(run: RunRecord | None) -> str:
    return f"This version of Lexigraft knows no {run.kind} runs" if run else ""


def _folder_of(project: Project, run_id: int) -> Path | None:
    """Off the main thread: where the files of a run lie, if it has any."""
    folder = project.run_folder(run_id)
    return folder if folder.is_dir() else None
