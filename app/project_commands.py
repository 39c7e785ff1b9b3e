"""The project menu: new, open, recent, copy, share, import, check, rename, reveal, undo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu

from app.commands import Command, Commands

if TYPE_CHECKING:
    from app.session import Session
    from app.window import Window
    from core.project.project import Project
    from core.project.recent import RecentProject
    from core.project.records import CheckReport

MENU = (
    ("project.new", "project.open", "recent", "project.sample"),
    ("project.rename", "project.reveal", "edit.undo", "edit.redo"),
    ("project.copy", "project.share", "project.import", "project.check"),
    ("window.close",),
)
PROJECT_FILES = "Lexigraft project (*.lexigraft)"
SHARED_FILES = "Shared project (*.lexigraft.zip)"


class ProjectCommands:
    """What a person can do with whole projects. Asks by dialogs, acts through the session."""

    def __init__(self, window: Window, session: Session) -> None:
        self._window = window
        self._session = session

    def commands(self) -> list[Command]:
        def some() -> bool:
            return self._session.project is not None

        def writable() -> bool:
            return self._session.project is not None and not self._session.project.read_only

        return [
            Command("project.new", "New project…", self.new, "Ctrl+Shift+N"),
            Command("project.open", "Open a project…", self.open, "Ctrl+O"),
            Command("project.sample", "Open the sample project", self.open_sample),
            Command("project.rename", "Rename this project…", self.rename, enabled=writable),
            Command("project.reveal", "Show this project in its folder", self.reveal, enabled=some),
            Command("edit.undo", "Undo", self.undo, "Ctrl+Z", enabled=writable),
            Command("edit.redo", "Redo", self.redo, "Ctrl+Shift+Z", enabled=writable),
            Command("project.copy", "Save a copy…", self.save_copy, enabled=some),
            Command("project.share", "Share as one file…", self.share, enabled=some),
            Command("project.import", "Import a shared project…", self.import_shared),
            Command("project.check", "Check this project", self.check, enabled=some),
        ]

    def fill_menu(self, menu: QMenu, commands: Commands) -> None:
        """The project menu; the recent projects are looked up when it opens."""
        recent = QMenu("Open recent", menu)
        for place, group in enumerate(MENU):
            if place:
                menu.addSeparator()
            for key in group:
                if key == "recent":
                    menu.addMenu(recent)
                else:
                    menu.addAction(commands.action(key))

        def fill() -> None:
            commands.refresh()
            self._name_steps(commands, menu)
            self._session.ask(
                _recent, then=lambda found: self._fill_recent(recent, found), owner=menu, key="recent"
            )

        menu.aboutToShow.connect(fill)

    def _name_steps(self, commands: Commands, menu: QMenu) -> None:
        """*Undo* says what it would undo."""
        project = self._session.project
        if project is None:
            return

        def show(labels: tuple[str | None, str | None]) -> None:
            for key, verb, label in zip(("edit.undo", "edit.redo"), ("Undo", "Redo"), labels, strict=True):
                action = commands.action(key)
                action.setText(f"{verb} {label}" if label else verb)
                action.setEnabled(label is not None and not project.read_only)

        self._session.ask(
            lambda: (project.undo_label, project.redo_label), then=show, owner=menu, key="steps"
        )

    def _fill_recent(self, menu: QMenu, found: list[RecentProject]) -> None:
        menu.clear()
        menu.setEnabled(bool(found))
        for project in found:
            action = QAction(f"{project.name}  –  {project.folder}".replace("&", "&&"), menu)
            action.setProperty("recent", True)
            action.triggered.connect(lambda checked=False, folder=project.folder: self.open_at(folder))
            menu.addAction(action)

    # Another project

    def new(self) -> None:
        folder = self._session.dialogs.save_file(
            self._window, "A folder for the new project", start=Path.home() / "New project"
        )
        if folder is not None:
            self._session.new_project(folder)

    def open(self) -> None:
        path = self._session.dialogs.open_file(self._window, "Open a project", filters=(PROJECT_FILES,))
        if path is not None:
            self.open_at(path)

    def open_at(self, path: Path) -> None:
        self._window.open_project(path)

    def open_sample(self) -> None:
        self._session.open_sample()

    def import_shared(self) -> None:
        path = self._session.dialogs.open_file(
            self._window, "Import a shared project", filters=(SHARED_FILES,)
        )
        if path is not None:
            self.import_from(path)

    def import_from(self, archive: Path) -> None:
        name = archive.name.removesuffix(".zip").removesuffix(".lexigraft")
        folder = self._session.dialogs.save_file(
            self._window, "A folder for the imported project", start=archive.with_name(name)
        )
        if folder is not None:
            self._session.import_project(archive, folder)

    # This project

    def rename(self) -> None:
        project = self._project
        name = self._session.dialogs.ask_text(self._window, "Rename this project", "Name", self._session.name)
        if name is not None:
            self._session.follow(project.set_project_name(name))

    def reveal(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._project.folder)))

    def undo(self) -> None:
        self._session.follow(self._project.undo(), then=lambda label: self._tell_step("Undone", label))

    def redo(self) -> None:
        self._session.follow(self._project.redo(), then=lambda label: self._tell_step("Done again", label))

    def save_copy(self) -> None:
        project = self._project
        start = project.folder.with_name(f"{project.folder.name} copy")
        folder = self._session.dialogs.save_file(self._window, "A folder for the copy", start=start)
        if folder is not None:
            self._session.ask(project.save_copy, folder, then=lambda where: self._tell(f"Copied to {where}."))

    def share(self) -> None:
        from app.dialogs import Choice

        project = self._project
        choice = self._session.dialogs.choose(
            self._window,
            "Share this project",
            "The file holds all runs and their results. With the models and texts that the runs read, "
            "they can be run again elsewhere, and the file is larger.",
            (
                Choice("plain", "Without models", "primary"),
                Choice("models", "With models and texts"),
                Choice("cancel", "Cancel", "cancel"),
            ),
        )
        if choice not in ("plain", "models"):
            return
        start = project.folder.with_name(f"{project.folder.name}.lexigraft.zip")
        path = self._session.dialogs.save_file(self._window, "Share as", start=start, filters=(SHARED_FILES,))
        if path is not None:
            self._session.ask(
                project.share, path, choice == "models", then=lambda where: self._tell(f"Shared as {where}.")
            )

    def check(self) -> None:
        project = self._project
        self._session.message.emit("Checking the project: every file is read once.", "info")
        self._session.ask(project.check, then=lambda report: self._tell_check(project, report))

    def _tell_check(self, project: Project, report: CheckReport) -> None:
        if report.ok:
            self._tell("The project is sound: the database and every file are as they were written.")
            return
        found = ", ".join(f"{count} × {what}" for what, count in report.findings.items())
        details = "\n".join(report.details[:12])
        if project.read_only:
            self._session.message.emit(f"Found in this project: {found}.", "warning")
        elif self._session.dialogs.confirm(
            self._window,
            f"Found in this project: {found}.",
            f"{details}\n\nRepairing keeps a copy of the database first.",
            "Repair",
        ):
            self._session.ask(project.check, True, then=self._tell_repair)

    def _tell_repair(self, report: CheckReport) -> None:
        mended = ", ".join(f"{count} × {what}" for what, count in report.repaired.items()) or "nothing"
        self._session.message.emit(f"Repaired: {mended}. The former database is {report.backup}.", "success")

    def _tell_step(self, verb: str, label: str | None) -> None:
        self._session.message.emit(
            f"{verb}: {label}." if label else "There is nothing to undo or redo.", "success"
        )

    def _tell(self, sentence: str) -> None:
        self._session.message.emit(sentence, "success")

    @property
    def _project(self) -> Project:
        project = self._session.project
        if project is None:
            raise LookupError("no project is open")  # the command's `enabled` prevents it
        return project


def _recent() -> list[RecentProject]:
    from core.project.recent import recent_projects

    return [project for project in recent_projects() if project.present]
