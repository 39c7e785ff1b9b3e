"""`Session`: the open project, and what a panel may ask of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.events import EventRelay
from app.questions import Questions

if TYPE_CHECKING:
    from concurrent.futures import Future

    from app.dialogs import Dialogs
    from app.live import LiveTokenizers
    from app.worker import EngineThread, QueuedRun
    from core.jobs.request import RunSpec
    from core.project.project import Project
    from core.project.records import Change, RunRecord

log = logging.getLogger(__name__)
RUN_GOES = "A run is going; stop it or wait before opening another project."
Level = Literal["info", "success", "warning", "error"]


class Session(QObject):
    """Lives on the main thread, as do all its signals' receivers.

    Nothing here waits: what takes time goes through `ask` (a question of your own) or `follow` (a write of
    the project, which returns a future), and answers through a callback on the main thread.
    """

    project_changed = Signal()
    """Another project is open, or none: `project`."""
    open_failed = Signal(object)
    """The exception that kept a project from opening; what was open still is."""
    changed = Signal(object)
    """A `core.project.records.Change`, after each commit to the open project."""
    run_event = Signal(int, object)
    """Run and core event, at most 20 times a second; a *finished* is recorded when it arrives here."""
    queue_changed = Signal()
    engine_changed = Signal(str)
    """``starting``, ``ready`` or ``stopped``."""
    message = Signal(str, str)
    """A sentence for the banner, and its level: info, success, warning or error."""
    run_requested = Signal(int)
    """Someone asked to see a run in its panel."""
    compare_requested = Signal(list)
    """Someone asked to see runs (two or more numbers) side by side."""
    handed_over = Signal(str, list)
    """Someone asked another panel to go on with paths, as if they were dropped there: its key, the paths."""
    offered = Signal(str, str, object)
    """A sentence about what was just done, and a verb and a function that take it further or back."""
    _announced = Signal(object)

    def __init__(
        self, *, engine: str = "process", dialogs: Dialogs | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._dialogs = dialogs
        self.project: Project | None = None
        self.engine: EngineThread | None = None
        """There from the moment a project is open."""
        self._executor = engine
        self._name = ""
        self._unsubscribe: Callable[[], None] | None = None
        self._queued: set[int] = set()
        """Runs of the open project that were put into the queue here."""
        self._live: dict[str, LiveTokenizers] = {}
        self._questions = Questions(self)
        self._questions.unanswered.connect(self.report)
        self._relay = EventRelay(self)
        self._relay.delivered.connect(self.run_event)
        self._announced.connect(self._on_change, Qt.ConnectionType.QueuedConnection)

    @property
    def dialogs(self) -> Dialogs:
        """The door to modal questions."""
        if self._dialogs is None:
            from app.dialogs import Dialogs

            self._dialogs = Dialogs()
        return self._dialogs

    # Questions

    @property
    def live(self) -> LiveTokenizers:
        """What answers small questions about tokenizers at once, in a process of its own."""
        return self._process_aside("live")

    @property
    def previews(self) -> LiveTokenizers | None:
        """The same for what a form says of its files, which may take seconds and must not hold up typing.

        None where jobs run in this process, too: then a thread will do.
        """
        return self._process_aside("previews") if self._executor == "process" else None

    def _process_aside(self, name: str) -> LiveTokenizers:
        if name not in self._live:
            from app.live import LiveTokenizers

            self._live[name] = LiveTokenizers(self)
        return self._live[name]

    def ask(
        self,
        function: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
        key: str | None = None,
    ) -> None:
        """Call `function` off the main thread, then `then(result)` on it. See `Questions.ask`.

        Without `failed`, an error is shown in the banner. For light questions only: a file's header, one
        line's tokens, a query. Whatever needs torch is a job.
        """
        self._questions.ask(function, *args, then=then, failed=failed, owner=owner, key=key)

    def follow(
        self,
        future: Future[Any],
        *,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Hear how a write of the project went: ``session.follow(session.project.rename_run(3, "x"))``."""
        self._questions.follow(future, then=then, failed=failed, owner=owner)

    @Slot(object)
    def report(self, error: BaseException) -> None:
        """Show what went wrong: the world's faults as they are, our own with a trace in the log."""
        from core.errors import UserError

        if isinstance(error, UserError):
            self.message.emit(error.message, "error")
        else:
            log.error("unexpected error", exc_info=error)
            line = str(error).strip().partition("\n")[0].strip() or type(error).__name__
            self.message.emit(f"A fault in Lexigraft: {line}. The log has the details.", "error")

    # The project

    @property
    def name(self) -> str:
        """The open project's name; empty when none is open."""
        return self._name

    def open_project(self, path: Path) -> None:
        """Open a project by its folder or file; `project_changed` or `open_failed` follows."""
        self._switch(lambda: _open(path))

    def new_project(self, folder: Path, name: str | None = None) -> None:
        """Make a project in a new or empty folder, and open it."""
        self._switch(lambda: _create(folder, name))

    def import_project(self, archive: Path, folder: Path) -> None:
        """Unpack a shared project into a new or empty folder, and open it."""
        self._switch(lambda: _import(archive, folder))

    def open_sample(self) -> None:
        """Open the sample project, made first where there is none yet."""
        self._switch(_open_sample)

    def close_project(self) -> None:
        """Let go of the project. Not while a run goes: see `stop`. Runs that wait stay recorded as queued."""
        if self.project is None:
            return
        project, self.project, self._name = self.project, None, ""
        for entry in self.waiting:
            if self.engine is not None:
                self.engine.cancel(entry.id)
        self._queued.clear()
        if self._unsubscribe is not None:
            self._unsubscribe()
        self.project_changed.emit()
        self.ask(project.close)

    def _switch(self, make: Callable[[], Project]) -> None:
        if self.running is not None:
            self.message.emit(RUN_GOES, "warning")
            return
        self.ask(make, then=self._opened, failed=self.open_failed.emit, owner=self, key="project")

    def _opened(self, project: Project) -> None:
        from core.errors import UserError

        if self.project is not None:
            held = self.held
            self.hold(True)  # nothing starts between the next question and the change
            if self.running is not None:  # it was started while the other project was being opened
                self.hold(held)
                self.ask(project.close)
                self.open_failed.emit(UserError(RUN_GOES))
                return
            self.close_project()
            self.hold(False)
        self.project = project
        self._name = project.name
        self._unsubscribe = project.subscribe(self._announced.emit)
        self._start_engine()
        self.project_changed.emit()
        for notice in project.notices:
            self.message.emit(notice, "info")

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if self.project is None:
            return
        if "project" in change.kinds:
            self._name = self.project.name
        self.changed.emit(change)

    # Runs

    @property
    def running(self) -> QueuedRun | None:
        """What the engine works on now."""
        return self.engine.running if self.engine else None

    @property
    def paused(self) -> bool:
        """Whether the running run is."""
        return self.engine is not None and self.engine.paused

    @property
    def waiting(self) -> list[QueuedRun]:
        """What comes after, in order."""
        return self.engine.waiting if self.engine else []

    def submit(
        self, spec: RunSpec, *, parent: int | None = None, then: Callable[[int], None] | None = None
    ) -> None:
        """Record a run as queued, then queue it; `then(run id)` once it is recorded."""
        project = self._writable()
        if project is None:
            return

        def queued(run_id: int) -> None:
            self._enqueue(project, run_id, spec.kind, spec.title)
            if then is not None and self.project is project:
                then(run_id)

        self.follow(project.add_run(spec, title=spec.title, parent=parent), then=queued)

    def resume_interrupted(self, run_id: int) -> None:
        """Queue an interrupted, failed or cancelled run again, with its number and its checkpoint."""
        project = self._writable()
        if project is None:
            return

        def queued(_: None) -> None:
            self.ask(
                project.run, run_id, then=lambda run: self._enqueue(project, run_id, run.kind, run.title)
            )

        self.follow(project.requeue_run(run_id), then=queued)

    def cancel(self, run_id: int) -> None:
        """Stop a run, or take it out of the queue."""
        taken = self.engine.cancel(run_id) if self.engine is not None else None
        if taken is not None:  # nobody will run it, so nobody else records how it ended
            from core.jobs.events import Finished

            ended = taken.project.finish_run(run_id, Finished(status="cancelled"))
            self.follow(ended, then=lambda finished: self._relay.push(run_id, finished))

    def pause(self, run_id: int) -> None:
        self._set_paused(run_id, True)

    def resume(self, run_id: int) -> None:
        self._set_paused(run_id, False)

    def _set_paused(self, run_id: int, paused: bool) -> None:
        if self.engine is not None and self.project is not None:
            self.engine.set_paused(run_id, paused)
            self.follow(self.project.set_paused(run_id, paused))

    def move(self, run_id: int, position: int) -> None:
        """Make a waiting run the `position`-th (from 0) of those that wait."""
        if self.engine is not None and self.project is not None:
            self.engine.move(run_id, position)
            self.follow(self.project.move_run(run_id, position))

    @property
    def held(self) -> bool:
        """Whether the next run waits for `hold(False)`."""
        return self.engine is not None and self.engine.held

    def hold(self, held: bool) -> None:
        """Start no further run (the running one goes on), or go on with those that wait."""
        if self.engine is not None:
            self.engine.hold(held)

    def take_up(self, runs: list[RunRecord]) -> int:
        """Queue what was queued when the project was closed; nothing starts before `hold(False)`.

        How many there were: those that were queued since it is open are none of them.
        """
        left = [run for run in runs if run.id not in self._queued]
        if self.project is None or not left:
            return 0
        self.hold(True)
        for run in sorted(left, key=lambda run: run.position or 0):
            self._enqueue(self.project, run.id, run.kind, run.title)
        return len(left)

    def open_run(self, run_id: int) -> None:
        """Show a run in its panel."""
        self.run_requested.emit(run_id)

    def show_command(self, spec: RunSpec) -> str:
        """The command line that repeats a run, recorded in the open project."""
        import shlex

        from core.cli import command_for

        return shlex.join(command_for(spec, self.project.folder if self.project else None))

    def _writable(self) -> Project | None:
        if self.project is None:
            self.message.emit("Open a project first: a run is recorded in it.", "warning")
        elif self.project.read_only:
            self.message.emit(
                "This project is open for reading only, so nothing can be run in it.", "warning"
            )
        else:
            return self.project
        return None

    def _enqueue(self, project: Project, run_id: int, kind: str, title: str) -> None:
        from app.worker import QueuedRun
        from core.jobs.registry import job_kind

        if self.engine is not None and self.project is project:
            title = title or job_kind(kind).title
            self._queued.add(run_id)
            self.engine.add(QueuedRun(id=run_id, kind=kind, title=title, project=project))

    # The engine

    def ask_engine(
        self,
        spec: RunSpec,
        *,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Have the engine do a job that leaves no run behind, then call ``then(result)`` on the main thread.

        It waits for the run that goes on, and for no other; nothing of it is seen in the queue. Without
        `failed`, an error is shown in the banner.
        """
        self._start_engine()
        if self.engine is not None:
            self.follow(self.engine.ask(spec), then=then, failed=failed, owner=owner)

    def _start_engine(self) -> None:
        if self.engine is not None:
            return
        from app.worker import EngineThread

        self.engine = EngineThread(self._executor, self._relay.push)
        self.engine.queue_changed.connect(self.queue_changed)
        self.engine.state_changed.connect(self.engine_changed)
        self.engine.failed.connect(self.report)
        self.engine.start()

    def stop(self, *, leave: bool = False) -> None:
        """Stop the running run, and start none after; `queue_changed` tells when it is over.

        With `leave`, the run is left as *interrupted*, to be resumed from its checkpoint.
        """
        if self.engine is not None:
            self.engine.stop(leave=leave)

    def close(self) -> None:
        """Let go of everything, when the window has closed. A run that still goes is left as interrupted."""
        self.stop(leave=True)
        if self.engine is not None:
            self.engine.wait()
        for aside in self._live.values():
            aside.close()
        self._questions.close()
        if self.project is not None:
            project, self.project = self.project, None
            project.close()


def _open(path: Path) -> Project:
    from core.project.opening import ReadOnlyFolderError
    from core.project.project import Project

    try:
        project = Project.open(path)
    except ReadOnlyFolderError:
        project = Project.open(path, read_only=True)
        project.notices.append(
            f"{project.folder} cannot be written to: the project is open for reading only."
        )
    return _remembered(project)


def _open_sample() -> Project:
    from core.sample import ensure_sample_project

    return _open(ensure_sample_project())


def _create(folder: Path, name: str | None) -> Project:
    from core.project.project import Project

    return _remembered(Project.create(folder, name))


def _import(archive: Path, folder: Path) -> Project:
    from core.project.project import Project

    return _remembered(Project.import_archive(archive, folder))


def _remembered(project: Project) -> Project:
    from core import catalog
    from core.project import recent

    catalog.load_catalog()  # here, off the main thread, so that no panel waits for it
    recent.remember(project.folder, project.name)
    return project
