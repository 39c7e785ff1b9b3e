"""Transplant: a model moved onto another tokenizer, and what that costs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QPushButton, QSplitter, QWidget

from app import theme
from app.commands import Command
from app.icons import icon
from app.panels.panel import Panel
from app.panels.transplant.commands import commands_of
from app.panels.transplant.result_view import ResultView
from app.panels.transplant.so_far import SoFar
from app.panels.transplant.words import run_title
from app.widgets.command_sheet import CommandSheet
from app.widgets.dropped import tell_apart
from app.widgets.known_paths import starter_texts
from app.widgets.notice import Notice
from app.widgets.setup import Setup
from core.transplant.job import TRANSPLANT
from core.transplant.result import TransplantResult

if TYPE_CHECKING:
    from app.session import Session
    from core.jobs.request import RunSpec
    from core.project.records import Change, RunRecord

NARROWEST, WIDEST = 320, 400
"""Of the setup, in pixels."""
COMPARED = 12
"""Runs offered to be compared with, the newest first."""
LATER = {
    "sweep": "Not built yet: here you will run many methods and parameters on one pair, "
    "and see quality against time on one board.",
    "heal": "Not built yet: here you will train a transplanted model for a short while, "
    "and see how much of the loss that takes back.",
    "inspect": "Not built yet: here any token's row will say where it comes from: "
    "what it was copied or built from, and what lies near it.",
}


class TransplantPanel(Panel):
    key, title = "transplant", "Transplant"
    tabs = (("transplant", "Transplant"), ("sweep", "Sweep"), ("heal", "Heal"), ("inspect", "Inspect"))

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._run: RunRecord | None = None
        self._result: TransplantResult | None = None
        self._so_far: SoFar | None = None
        self._touched = False
        """Whether something was shown or dropped before the view of last time came back."""
        self.setup = Setup(session, TRANSPLANT, run_title)
        self.setup.submitted.connect(self._submit)
        self.setup.setMinimumWidth(NARROWEST)
        self.setup.setMaximumWidth(WIDEST)
        self.result = ResultView(session, self._fill_menu)
        self.result.state.verb.connect(self.do)
        self.result.heading.verb.connect(self.do)
        self.result.heading.compare_menu.aboutToShow.connect(self._fill_compare)
        self._others: list[RunRecord] = []
        self.fold = theme.styled(QPushButton(), kind="quiet")
        self.fold.setIconSize(QSize(16, 16))
        self.fold.clicked.connect(self.toggle_setup)
        self.head.addWidget(self.fold)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(14)
        self._split.addWidget(self.setup)
        self._split.addWidget(self.result)
        self._split.setStretchFactor(1, 1)
        self._split.splitterMoved.connect(self._remember_width)
        self._set_width(NARROWEST + 10)
        self.set_page("transplant", self._split)
        for key, sentence in LATER.items():
            self.set_page(key, Notice("transplant", sentence))
        self.tab_changed.connect(lambda key: self.fold.setVisible(key == "transplant"))
        self.fold_setup(False)
        session.run_event.connect(self._on_event)
        session.queue_changed.connect(self._on_queue)
        session.changed.connect(self._on_change)
        session.project_changed.connect(self._on_project)

    # Its runs

    @property
    def run(self) -> RunRecord | None:
        """The run shown."""
        return self._run

    @property
    def done(self) -> TransplantResult | None:
        """Its result, if it has one."""
        return self._result

    def show_run(self, run: RunRecord) -> None:
        self._touched = True
        self.select_tab("transplant")
        self.setup.show_spec(run.request, run.seed, run.device)
        self._show(run)

    @Slot(object)
    def _submit(self, spec: RunSpec) -> None:
        self.session.submit(spec, then=self._follow)

    def _follow(self, run_id: int) -> None:
        """Show a run that was just recorded, and from then on how it goes."""
        self._touched = True
        self.setup.set_busy(False)
        self._read(run_id)

    def _read(self, run_id: int) -> None:
        if self.session.project is not None:
            self.session.ask(self.session.project.run, run_id, then=self._show, owner=self, key="run")

    def _show(self, run: RunRecord) -> None:
        if run == self._run:
            return
        self._run, self._result = run, None
        if self._so_far is not None and self._so_far.run_id != run.id:
            self._so_far = None
        if run.status == "done" and run.result is not None:
            try:
                self._result = TransplantResult.model_validate(run.result)
            except ValidationError:
                self.result.state.show_unreadable(run)
                self.result.show_state()
                return
            self.result.show_result(run, self._result)
            self._ask_others()
        else:
            self._show_state()

    def _show_state(self) -> None:
        run, state = self._run, self.result.state
        if run is None:
            return
        so_far = self._so_far
        resumable = TRANSPLANT.resumable and not self._read_only
        running = self.session.running
        if (running is not None and running.id == run.id) or run.status in ("running", "paused"):
            paused = self.session.paused or run.status == "paused"
            state.show_running(run, so_far.progress if so_far else None, paused)
        elif run.status == "failed" and run.error is not None:
            state.show_failed(run, run.error, resumable=resumable)
        elif run.status in ("cancelled", "interrupted"):
            state.show_stopped(run, resumable=resumable)
        elif run.status == "queued":
            waiting = [entry.id for entry in self.session.waiting]
            before = waiting.index(run.id) if run.id in waiting else 0
            state.show_waiting(run, before + (running is not None), self.session.held)
        self.result.show_state(
            so_far.warnings if so_far else (), so_far.result(run.request) if so_far else None
        )

    @property
    def _read_only(self) -> bool:
        project = self.session.project
        return project is None or project.read_only

    # What the session tells

    @Slot(int, object)
    def _on_event(self, run_id: int, event: Any) -> None:
        if self._run is None or run_id != self._run.id:
            return
        if event.type == "finished":
            self._read(run_id)
            return
        if self._so_far is None:
            self._so_far = SoFar(run_id)
        self._so_far.hear(event)
        self._show_state()

    @Slot()
    def _on_queue(self) -> None:
        if self._run is not None and self._run.status in ("queued", "running", "paused"):
            self._show_state()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" not in change.kinds or self._run is None:
            return
        if self._run.id in change.runs:
            self._read(self._run.id)
        elif self._result is not None:
            self._ask_others()

    @Slot()
    def _on_project(self) -> None:
        """Another project has other runs."""
        self._run = self._result = self._so_far = None
        self.result.show_empty()

    # What a person does with a run

    @Slot(str)
    def do(self, verb: str) -> None:
        """``command``, ``folder``, ``again``, ``resume``, ``withdraw`` or ``release``: with the run shown."""
        run = self._run
        if run is None:
            return
        if verb == "again":
            self.session.submit(run.spec, parent=run.id, then=self._follow)
        elif verb == "resume":
            self.session.resume_interrupted(run.id)
        elif verb == "withdraw":
            self.session.cancel(run.id)
        elif verb == "release":
            self.session.hold(False)
        elif verb == "command":
            self.session.ask(self.session.show_command, run.spec, then=self._show_command, owner=self)
        elif verb == "folder" and self._result is not None:
            self._open_folder(Path(self._result.out))

    def _show_command(self, command: str) -> None:
        if self._run is not None:
            CommandSheet(self.window(), f"The command that repeats run {self._run.id}", command).open()

    def _open_folder(self, folder: Path) -> None:
        if folder.is_dir():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        else:
            self.session.message.emit(f"{folder} is not there any more: run it again to have it.", "warning")

    def _ask_others(self) -> None:
        if self.session.project is not None:
            self.session.ask(self.session.project.runs, then=self._got_others, owner=self, key="others")

    def _got_others(self, runs: list[RunRecord]) -> None:
        self._others = [run for run in runs if run.kind == TRANSPLANT.kind and run.status == "done"]

    @Slot()
    def _fill_compare(self) -> None:
        menu, run = self.result.heading.compare_menu, self._run
        menu.clear()
        if run is None:
            return
        others = [other for other in self._others if other.id != run.id][:COMPARED]
        for other in others:
            label = f"run {other.id} · {other.title}".replace("&", "&&")
            menu.addAction(label, partial(self.session.compare_requested.emit, [run.id, other.id]))
        if not others:
            menu.addAction("There is no other finished transplant yet").setEnabled(False)

    def _fill_menu(self, menu: QMenu) -> None:
        """What every plot and table of the result offers at a right click."""
        menu.addAction("Show the command", partial(self.do, "command"))

    # Drops

    def drop(self, paths: list[Path]) -> bool:
        """A model becomes the base, a second one or a tokenizer the target; texts are what is measured."""
        found = tell_apart(paths)
        if not found:
            return False
        self._touched = True
        self.select_tab("transplant")
        self.fold_setup(False)
        said = []
        targets = [*found.models[1:], *found.tokenizers]
        if found.models:
            self.setup.set_field("base", str(found.models[0]))
            said.append(f"{found.models[0].name} is the base model")
        if targets:
            self.setup.set_field("target_tokenizer", str(targets[0]))
            said.append(f"{targets[0].name} gives the target tokenizer")
        if found.texts:
            self.setup.set_field("text", self._with_texts(found.texts))
            number = len(found.texts)
            said.append("1 text was added" if number == 1 else f"{number} texts were added")
        words = "; ".join(said)
        self.session.message.emit(f"{words[:1].upper()}{words[1:]}. Drop on a field to choose it.", "success")
        return True

    def _with_texts(self, texts: list[Path]) -> list[str]:
        """A person's own texts take the place of the samples, and join what they chose before."""
        samples = {str(path) for path in starter_texts()}
        before = self.setup.form.box("text").editor.value()
        return [*(path for path in before if path not in samples), *map(str, texts)]

    # How it was left

    def view_state(self) -> dict[str, Any]:
        return {
            **super().view_state(),
            "setup": self.setup.state(),
            "folded": not self.setup.isVisibleTo(self),
            "width": self._width,
            "slices": self.result.slices.view.key,
            "run": self._run.id if self._run else None,
        }

    def restore_view(self, state: dict[str, Any]) -> None:
        super().restore_view(state)
        self.fold_setup(state.get("folded") is True)
        self.result.slices.view.choose(str(state.get("slices", "")))
        width = state.get("width")
        if isinstance(width, int) and NARROWEST <= width <= WIDEST:
            self._set_width(width)
        if self._touched:
            return
        setup = state.get("setup")
        if isinstance(setup, dict):
            self.setup.restore(setup)
        else:
            self.session.ask(_sample, then=self._propose, failed=lambda _: None, owner=self)
        run_id = state.get("run")
        if isinstance(run_id, int) and self.session.project is not None:
            self.session.ask(
                self.session.project.run,
                run_id,
                then=self._show,
                failed=lambda _: None,  # it was removed for good
                owner=self,
                key="run",
            )

    def _propose(self, spec: RunSpec) -> None:
        """The sample graft, in a form that nobody has filled yet."""
        if not self._touched:
            self.setup.show_spec(spec.request, spec.seed, spec.device)

    def _set_width(self, pixels: int) -> None:
        self._width = pixels
        self._split.setSizes([pixels, 2_000])

    @Slot(int, int)
    def _remember_width(self, place: int, handle: int) -> None:
        self._width = self._split.sizes()[0]

    @Slot()
    def toggle_setup(self) -> None:
        self.fold_setup(self.setup.isVisibleTo(self))

    def fold_setup(self, folded: bool) -> None:
        """Give the result the whole width, or the setup its place."""
        self.setup.setVisible(not folded)
        words = "Show the setup" if folded else "Hide the setup"
        self.fold.setIcon(icon("expand" if folded else "collapse"))
        self.fold.setToolTip(words)
        self.fold.setAccessibleName(words)

    def commands(self) -> list[Command]:
        return commands_of(self)


def _sample() -> RunSpec:
    """In a thread; fails where the starters are not there."""
    from core.sample import sample_spec

    return sample_spec()
