"""The main window: navigation, menus, banners, drops and closing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app import theme
from app.banners import Banners
from app.commands import Commands, shortcut_text
from app.heartbeat import Heartbeat
from app.jobbar import JobBar
from app.panels import PLACES, Place
from app.project_commands import ProjectCommands
from app.rail import Rail
from app.settings import Settings
from app.start import StartPage
from app.top_bar import TopBar
from app.window_commands import WindowCommands

if TYPE_CHECKING:
    from app.palette import Palette
    from app.panels.panel import Panel
    from app.queue_view import QueueView
    from app.session import Session
    from core.project.records import Change, RunRecord

log = logging.getLogger(__name__)
SIZE = (1280, 800)
LEAST = (1024, 640)
NARROW_RAIL_BELOW = 1100


class Window(QMainWindow):
    first_painted = Signal()
    """The frame is on the screen; whatever is heavy may be imported now."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        self._panels: dict[str, Panel] = {}
        self._place = ""
        self._painted = False
        self.heartbeat = Heartbeat(self)
        self._closing = False
        self.setWindowTitle("Lexigraft")
        self.setMinimumSize(*LEAST)
        self.setAcceptDrops(True)

        self.commands = Commands(self)
        self.projects = ProjectCommands(self, session)
        self.commands.add(WindowCommands(self).commands())
        self.commands.add(self.projects.commands())
        self.top_bar = TopBar(shortcut_text("Ctrl+K"))
        self.rail = Rail([(place.key, place.title) for place in PLACES])
        self.rail.selected.connect(self.go)
        self.banners = Banners()
        self.start = StartPage()
        self.opening = theme.styled(QLabel("Opening…"), role="muted")
        self.opening.setContentsMargins(24, 24, 24, 24)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.opening)
        self.pages.addWidget(self.start)
        self.job_bar = JobBar(session)
        self._lay_out()
        self.palette_view: Palette | None = None
        self.queue_view: QueueView | None = None
        self.job_bar.queue_asked.connect(self.show_queue)
        self._fill_menus()

        session.message.connect(self.banners.say)
        session.project_changed.connect(self._on_project)
        session.open_failed.connect(self._on_open_failed)
        session.changed.connect(self._on_change)
        session.queue_changed.connect(self._on_queue)
        session.run_requested.connect(self.open_run)
        session.compare_requested.connect(self.compare)
        session.handed_over.connect(self._hand_over)
        session.offered.connect(self._offer)

    def _lay_out(self) -> None:
        centre = QWidget()
        centre.setObjectName("centre")
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banners)
        right.addWidget(self.pages, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addLayout(right, 1)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addLayout(middle, 1)
        column.addWidget(self.job_bar)
        self.setCentralWidget(centre)

    def _fill_menus(self) -> None:
        project, look, help_menu = QMenu(self), QMenu(self), QMenu(self)
        self.projects.fill_menu(project, self.commands)
        for key in ("view.system", "view.light", "view.dark"):
            look.addAction(self.commands.action(key))
        look.addSeparator()
        for command in self.commands.all():
            if command.id.startswith("view.scale."):
                look.addAction(self.commands.action(command.id))
        for key in ("help.start", "help.shortcuts", "help.log", "help.about"):
            help_menu.addAction(self.commands.action(key))
        for menu in (look, help_menu):
            menu.aboutToShow.connect(self.commands.refresh)
        self.top_bar.project.setMenu(project)
        self.top_bar.look.setMenu(look)
        self.top_bar.help.setMenu(help_menu)
        self.top_bar.search.clicked.connect(self.search)

    # Its place on the screen

    def restore_place(self) -> None:
        """Where it was last, if that is on a screen; otherwise the middle of one."""
        place = self.settings.place()
        if place is None:
            screen = QGuiApplication.primaryScreen().availableGeometry()
            size = QRect(0, 0, min(SIZE[0], screen.width()), min(SIZE[1], screen.height()))
            size.moveCenter(screen.center())
            place = size
        self.setGeometry(place)
        self.rail.set_collapsed(
            self.settings.flag("window/rail-collapsed", place.width() < NARROW_RAIL_BELOW)
        )
        if self.settings.flag("window/maximized"):
            self.showMaximized()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.first_painted.emit()

    # Where the person is

    def go(self, key: str) -> None:
        """Show a place of the rail, or the start page (``start``)."""
        if key == "start":
            self.show_start()
            return
        place = next(place for place in PLACES if place.key == key)
        page = self._panel(place)
        self._place = key
        self.settings.put("window/panel", key)
        self.rail.select(key)
        if page is not None:
            self.pages.setCurrentWidget(page)

    def show_start(self) -> None:
        from app.offers import offers

        self.start.show_offers(*offers(self))
        self._place = "start"
        self.rail.select("")
        self.pages.setCurrentWidget(self.start)

    def run_sample(self) -> None:
        """Show the sample graft in its panel, and run it."""
        from core.sample import sample_spec

        self.go("transplant")
        self.session.submit(sample_spec(), then=self.open_run)

    def run_sample_of(self, place: str, tool: str) -> None:
        """Show a tool of a panel, and run its own sample."""
        from app.panels.tabbed import TabbedPanel

        self.go(place)
        if isinstance(self.panel, TabbedPanel):
            self.panel.run_sample(tool)

    @property
    def panel(self) -> Panel | None:
        """The panel shown now."""
        return self._panels.get(self._place)

    def _panel(self, place: Place) -> Panel | None:
        """A panel that cannot be made says so, and takes nothing else along."""
        if place.key not in self._panels:
            try:
                panel = place.load()(self.session)
            except Exception as error:
                log.exception("panel %s", place.key)
                self.session.report(error)
                return None
            self._panels[place.key] = panel
            self.pages.addWidget(panel)
            self.commands.add(panel.commands())
            project = self.session.project
            if project is not None:
                self.session.ask(
                    project.view, place.key, then=lambda state: panel.restore_view(state or {}), owner=panel
                )
        return self._panels[place.key]

    def open_run(self, run_id: int) -> None:
        """Show a run in its panel, as it looked when it finished."""
        if self.session.project is not None:
            self.session.ask(self.session.project.run, run_id, then=self._show_run, owner=self, key="run")

    def _show_run(self, run: RunRecord) -> None:
        from core.errors import UserError
        from core.jobs.registry import job_kind

        try:
            place = job_kind(run.kind).panel or "runs"
        except UserError:  # made by another version of the program
            place = "runs"
        self.go(place)
        if self.panel is not None:
            self.panel.show_run(run)

    @Slot(list)
    def compare(self, run_ids: list[int]) -> None:
        """Show runs side by side, in Runs."""
        from app.panels.runs.panel import RunsPanel

        self.go("runs")
        if isinstance(self.panel, RunsPanel):
            self.panel.compare(run_ids)

    @Slot(str, list)
    def _hand_over(self, key: str, paths: list[Path]) -> None:
        """Go to a panel, and have it take what another one made."""
        self.go(key)
        if self.panel is not None:
            self.panel.drop(paths)

    @Slot(str, str, object)
    def _offer(self, sentence: str, verb: str, act: Callable[[], object]) -> None:
        self.banners.say(sentence, "success", (verb, act))

    def search(self) -> None:
        """Open the palette with the commands, then with the runs as well, once they are read."""
        from app.palette import Entry, Palette

        palette = self.palette_view = self.palette_view or Palette(self)
        entries = [
            Entry(command.title, shortcut_text(command.shortcut), command.run)
            for command in self.commands.all()
            if command.enabled() and command.id != "palette.open"
        ]
        palette.offer(entries)
        project = self.session.project
        if project is None:
            return

        def add(runs: list[RunRecord]) -> None:
            if palette.isVisible():
                found = [
                    Entry(f"Run {run.id} · {run.title}", run.status, partial(self.open_run, run.id))
                    for run in runs
                ]
                palette.offer([*entries, *found])

        self.session.ask(project.runs, then=add, owner=self, key="palette")

    def show_queue(self) -> None:
        """What runs and what waits."""
        from app.queue_view import QueueView

        self.queue_view = self.queue_view or QueueView(self, self.session)
        self.queue_view.open()

    # The project

    def open_project(self, path: Path) -> None:
        """Open a project; should that end the program, it is not tried again by itself."""
        if self.session.running is None:  # otherwise it is refused
            self.settings.put("project/opening", str(path))
            self.settings.save()
        self.session.open_project(path)

    @Slot(object)
    def _on_open_failed(self, error: Exception) -> None:
        self.settings.forget("project/opening")
        self.session.report(error)
        if self.session.project is None:
            self.show_start()

    @Slot()
    def _on_project(self) -> None:
        self.settings.forget("project/opening")
        name = self.session.name
        self.top_bar.show_project(name)
        self.setWindowTitle(f"{name} – Lexigraft" if name else "Lexigraft")
        for panel in self._panels.values():
            self.pages.removeWidget(panel)
            self.commands.remove(command.id for command in panel.commands())
            panel.deleteLater()
        self._panels.clear()
        project = self.session.project
        if project is None:
            self._show_counts((0, 0))
            self.show_start()
            return
        self.settings.put("project/last", str(project.folder))
        self.session.ask(project.runs, then=self._greet, owner=self, key="greet")
        self._count()

    def _greet(self, runs: list[RunRecord]) -> None:
        """Show what a person wants first, and tell what was left from last time."""
        wanted = self.settings.text("window/panel", "runs")
        if not runs or wanted not in {place.key for place in PLACES}:
            self.show_start()
        else:
            self.go(wanted)
        interrupted = [run for run in runs if run.status == "interrupted"]
        if len(interrupted) == 1:
            run = interrupted[0]
            words = f"Run {run.id}, {run.title}, was interrupted. Nothing finished is lost."
            self.banners.say(words, "warning", ("Resume", lambda: self.session.resume_interrupted(run.id)))
        elif interrupted:
            words = f"{len(interrupted)} runs were interrupted. Nothing finished is lost."
            self.banners.say(words, "warning", ("Show the runs", lambda: self.go("runs")))
        queued = [run for run in runs if run.status == "queued"]
        if queued and self.session.project is not None and not self.session.project.read_only:
            left = self.session.take_up(queued)
            words = "1 run waits from last time." if left == 1 else f"{left} runs wait from last time."
            if left:
                self.banners.say(words, "info", ("Start", lambda: self.session.hold(False)))

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "project" in change.kinds:
            self.top_bar.show_project(self.session.name)
        if change.kinds & {"runs", "assets"}:
            self._count()

    def _count(self) -> None:
        project = self.session.project
        if project is not None:
            self.session.ask(project.counts, then=self._show_counts, owner=self, key="count")

    def _show_counts(self, counts: tuple[int, int]) -> None:
        runs, assets = counts
        self.rail.set_count("runs", runs)
        self.rail.set_count("assets", assets)

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def take(self, paths: list[Path]) -> None:
        """Take what was dropped: a project is opened, the rest goes to a panel that takes it."""
        for path in paths:
            if path.name.endswith(".lexigraft.zip"):
                self.projects.import_from(path)
                return
            if path.suffix == ".lexigraft" or (path / "project.lexigraft").is_file():
                self.projects.open_at(path)
                return
        keys = [place.key for place in PLACES]
        for key in sorted(keys, key=lambda key: (key != self._place, keys.index(key))):
            panel = self._panel(next(place for place in PLACES if place.key == key))
            if panel is not None and panel.drop(paths):
                self.go(key)
                return
        names = ", ".join(path.name for path in paths[:3])
        self.session.message.emit(
            f"Nothing here takes {names}: drop a model folder, a tokenizer.json, text files or a project.",
            "warning",
        )

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        running = self.session.running
        if running is not None:
            event.ignore()
            self._ask_closing(running.id, running.title)
            return
        if not self.isMaximized():
            self.settings.put_place(self.geometry(), maximized=False)
        else:
            self.settings.put("window/maximized", True)
        self.settings.put("window/rail-collapsed", self.rail.collapsed)
        self.settings.save()
        project = self.session.project
        if project is not None and not project.read_only:
            for key, panel in self._panels.items():
                project.save_view(key, panel.view_state())
        event.accept()
        self.session.close()

    def _ask_closing(self, run_id: int, title: str) -> None:
        from app.dialogs import Choice

        choices = (
            Choice("wait", "Wait, then close", "primary"),
            Choice("leave", "Leave it to be resumed"),
            Choice("stop", "Stop it", "danger"),
            Choice("cancel", "Keep working", "cancel"),
        )
        answer = self.session.dialogs.choose(
            self, f"{title} is still running.", "What shall become of it when the window closes?", choices
        )
        self._closing = answer in ("wait", "stop", "leave")
        if not self._closing:
            return
        self.session.hold(True)
        if answer == "wait":
            self.banners.say(f"Lexigraft closes when run {run_id} has ended.", "info")
        elif answer == "stop":
            self.session.cancel(run_id)
        else:
            self.session.stop(leave=True)
        self._on_queue()

    @Slot()
    def _on_queue(self) -> None:
        runs = self.session.running is not None
        if runs and not self.heartbeat.running:
            self.heartbeat.start()
        elif not runs and self.heartbeat.running:
            log.info("heartbeat of the job: %s", self.heartbeat.stop())
        if self._closing and self.session.running is None:
            self._closing = False
            self.close()
