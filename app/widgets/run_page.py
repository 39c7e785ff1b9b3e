"""`RunPage`: the question on the left and the answer on the right, for one kind of job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QSplitter, QVBoxLayout, QWidget

from app import theme
from app.widgets.command_sheet import CommandSheet
from app.widgets.flow import Flow
from app.widgets.notice import Notice
from app.widgets.run_state import RunState
from app.widgets.scrolled import ScrolledColumn
from app.widgets.setup import Setup
from app.widgets.warning_cards import Warnings
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.jobs.events import Progress
    from core.jobs.registry import JobKind
    from core.jobs.request import Result, RunSpec
    from core.project.records import Change, RunRecord

NARROWEST, WIDEST = 320, 400
"""Of the setup, in pixels."""
GOING = ("queued", "running", "paused")
"""How a run is that has not ended."""
OWN_VERBS = (("command", "Show the command"), ("again", "Run again"))
"""Under the sentence of every result."""


class Answer(QFrame):
    """The card with a result's sentence: what came out, the facts behind it, what can be done with it.

    A tab may `put` a plot under the facts that carries the sentence.
    """

    verb = Signal(str)

    def __init__(self, verbs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.sentence = Words(role="heading", selectable=True)
        self.facts = Words(role="muted", selectable=True)
        self.facts.setFont(theme.figures_font())
        self.buttons: dict[str, QPushButton] = {}
        for key, label in verbs:
            button = self.buttons[key] = QPushButton(label)
            button.clicked.connect(lambda checked=False, key=key: self.verb.emit(key))
        self.row = Flow(list(self.buttons.values()))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(8)
        for widget in (self.sentence, self.facts, self.row):
            self._column.addWidget(widget)

    def put(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.indexOf(self.row), widget)

    def say(self, sentence: str, facts: str, *, stopped: bool = False) -> None:
        """`sentence` is empty while the run goes on: then there is nothing to be done with it, either.

        With `stopped`, the run's own verbs stand where that is said.
        """
        self.sentence.say(sentence)
        self.facts.say(facts)
        self.offer({key: not stopped for key, _ in OWN_VERBS})
        self.setAccessibleName(sentence or facts)

    def offer(self, wanted: dict[str, bool]) -> None:
        """Show or hide buttons by their keys; with none left, or nothing to be done yet, their row goes."""
        for key, shown in wanted.items():
            self.buttons[key].setHidden(not shown)
        some = not all(button.isHidden() for button in self.buttons.values())
        self.row.setVisible(some and bool(self.sentence.text()))
        self.row.place()


class RunPage(QSplitter):
    """A `Setup`, and beside it nothing yet, a run under way or ended badly, or its result (of one that was
    stopped, what it had until then).

    Args:
        title_of: the title of a run from its request.
        sentences: the answer, and the facts under it, of a run and its result.
        empty: what this is for, in a sentence, while there is no run.
        verbs: more buttons under the sentence; pressed, they are told by `verb`.
        unwritten: what did not come of a run that was stopped: ``No tokenizer was written.``
        device: whether to ask what computes.
        large: results may hold so much that they are read in a thread.

    The cards of the result are put in with `add`.
    """

    shown = Signal(object, object)
    """A run (a `RunRecord`) and its result, of the kind's own model: fill the cards."""
    cleared = Signal()
    """There is no result any more: another project, or another run that has none yet."""
    told = Signal(object)
    """An event of the run shown: progress, partial or log."""
    verb = Signal(str)
    folded = Signal()
    """The setup was folded away, or back."""

    def __init__(
        self,
        session: Session,
        kind: JobKind,
        *,
        title_of: Callable[[Any], str],
        sentences: Callable[[RunRecord, Any], tuple[str, str]],
        empty: str,
        verbs: Sequence[tuple[str, str]] = (),
        unwritten: str = "Nothing was written.",
        device: bool = False,
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.session, self.kind = session, kind
        self._sentences = sentences
        self._large = large
        self._run: RunRecord | None = None
        self._result: Result | None = None
        self._awaited: int | None = None
        """A run that is being read, to be shown."""
        self._progress: Progress | None = None
        self._warned: list[str] = []
        self._touched = False
        """Whether something was shown or dropped before the view of last time came back."""
        self._always: list[QWidget] = []
        self._cards: list[QWidget] = []
        self._early: list[QWidget] = []
        self._folded = False
        self.setup = Setup(session, kind, title_of, device=device, aside=True, parent=self)
        self.setup.submitted.connect(self._submit)
        self.setup.setMinimumWidth(NARROWEST)
        self.setup.setMaximumWidth(WIDEST)
        self.empty = Notice(kind.panel or "runs", empty)
        self.status = RunState(unwritten)
        self.status.verb.connect(self.do)
        self.answer = Answer((*verbs, *OWN_VERBS))
        self.answer.verb.connect(self.do)
        self.warnings = Warnings()
        self.view = ScrolledColumn(self)
        self.view.setAccessibleName("Result")
        self._lay_out()
        session.run_event.connect(self._on_event)
        session.queue_changed.connect(self._on_queue)
        session.changed.connect(self._on_change)
        session.project_changed.connect(self._on_project)
        self._arrange()

    def _lay_out(self) -> None:
        self.view.column.setContentsMargins(0, 0, 4, 0)
        self.view.column.setSpacing(12)
        for widget in (self.status, self.answer, self.warnings):
            self.view.column.addWidget(widget)
        self.view.column.addWidget(self.empty, 1)
        self._rest = QWidget()
        self.view.column.addWidget(self._rest, 1)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(14)
        self.addWidget(self.setup)
        self.addWidget(self.view)
        self.setStretchFactor(1, 1)
        self._width = NARROWEST + 10
        self.setSizes([self._width, 2_000])
        self.splitterMoved.connect(self._remember_width)

    def minimumSizeHint(self) -> QSize:
        """The setup's boxes give way before the window has to grow."""
        return QSize(NARROWEST + 200, 200)

    def add(self, card: QWidget, *, always: bool = False) -> None:
        """Put a card of the result under those there are; with `always`, it needs no result."""
        (self._always if always else self._cards).append(card)
        self.view.column.insertWidget(self.view.column.indexOf(self.empty), card)
        self._arrange()

    def show_early(self, cards: Sequence[QWidget]) -> None:
        """Show some of the cards while the run goes on: the tab has filled them from a partial result.

        `answer` may be among them.
        """
        self._early = list(cards)
        self._arrange()

    # Its runs

    @property
    def run(self) -> RunRecord | None:
        """The run shown."""
        return self._run

    @property
    def result(self) -> Any:
        """Its result, if it has one."""
        return self._result

    @property
    def touched(self) -> bool:
        return self._touched

    def touch(self) -> None:
        """A person put something in: what was left last time shall not come over it."""
        self._touched = True

    def show_run(self, run: RunRecord) -> None:
        """Show a run, and its request in the setup."""
        self._touched = True
        self._awaited = None
        self.setup.show_spec(run.request, run.seed, run.device)
        self._show(run)
        if run.status in GOING:  # or was, when it was read
            self._read_again(run.id)

    @Slot(object)
    def _submit(self, spec: RunSpec) -> None:
        self.session.submit(spec, then=self.follow)

    def follow(self, run_id: int) -> None:
        """Show a run that was just recorded, and from then on how it goes."""
        self._touched = True
        self.setup.set_busy(False)
        self._read(run_id)

    def _read(self, run_id: int, failed: Callable[[Exception], None] | None = None) -> None:
        """Have a run shown, unless another one is by then."""
        self._awaited = run_id

        def then(run: RunRecord) -> None:
            if self._awaited == run_id:
                self._awaited = None
                self._show(run)

        project = self.session.project
        if project is not None:
            self.session.ask(project.run, run_id, then=then, failed=failed, owner=self, key="run")

    def _read_again(self, run_id: int) -> None:
        """How the run shown is now; not if another one is shown by then."""

        def then(run: RunRecord) -> None:
            if self._run is not None and self._run.id == run_id:
                self._show(run)

        if self.session.project is not None:
            self.session.ask(self.session.project.run, run_id, then=then, owner=self, key="again")

    def _show(self, run: RunRecord) -> None:
        if run == self._run:
            return
        if self._run is None or self._run.id != run.id:
            self._progress, self._warned, self._early = None, [], []
        had = self._result is not None
        self._run, self._result = run, None
        if run.status in ("done", "cancelled") and run.result is not None:
            self._read_result(run, run.result)
            return
        if had:
            self.cleared.emit()
        self._show_state()

    def _read_result(self, run: RunRecord, data: dict[str, Any]) -> None:
        def then(result: Result) -> None:
            self._show_result(run, result)

        def failed(error: Exception) -> None:
            if not isinstance(error, ValidationError):
                raise error
            if run is self._run:
                self.status.show_unreadable(run)
                self._arrange()

        read = self.kind.result.model_validate
        if self._large:
            self.session.ask(read, data, then=then, failed=failed, owner=self, key="result")
            return
        try:
            found = read(data)
        except ValidationError as error:
            failed(error)
        else:
            then(found)

    def _show_result(self, run: RunRecord, result: Result) -> None:
        if run is not self._run:  # another one was asked for meanwhile
            return
        self._result = result
        stopped = run.status == "cancelled"
        if stopped:
            self.status.show_stopped(run, resumable=False)
        self.answer.say(*self._sentences(run, result), stopped=stopped)
        self.warnings.say(result.warnings)
        self._arrange()
        self.shown.emit(run, result)

    def _show_state(self) -> None:
        run, state = self._run, self.status
        if run is None:
            return
        project = self.session.project
        resumable = self.kind.resumable and project is not None and not project.read_only
        running = self.session.running
        # A run that ended stays the engine's for a moment: what is recorded of it counts.
        taken_up = run.status == "queued" and running is not None and running.id == run.id
        if taken_up or run.status in ("running", "paused"):
            state.show_running(run, self._progress, self.session.paused or run.status == "paused")
        elif run.status == "failed" and run.error is not None:
            state.show_failed(run, run.error, resumable=resumable)
            if run.error.field is not None:
                self.setup.show_found(run.request, run.error.field, run.error.message)
        elif run.status in ("cancelled", "interrupted"):
            state.show_stopped(run, resumable=resumable)
        elif run.status == "queued":
            waiting = [entry.id for entry in self.session.waiting]
            before = waiting.index(run.id) if run.id in waiting else 0
            state.show_waiting(run, before + (running is not None), self.session.held)
        self.warnings.say(self._warned)
        self._arrange()

    def _arrange(self) -> None:
        """Which of its widgets are shown now."""
        done = self._result is not None
        self.empty.setVisible(self._run is None and not self._always)
        stopped = self._run is not None and self._run.status == "cancelled"
        self.status.setVisible(self._run is not None and (stopped or not done))
        self.answer.setVisible(done or (self._run is not None and self.answer in self._early))
        if self._run is None:
            self.warnings.say([])
        for card in self._cards:
            card.setVisible(done or (self._run is not None and card in self._early))
        self._rest.setVisible(self._run is not None or bool(self._always))
        if self.view.hasFocus():
            self.take_focus()

    # Where the keys go

    def take_focus(self) -> None:
        """To the card that says how the run is, or what came of it; to the result as a whole before that."""
        cards = (self.status, self.answer)
        shown = next((card for card in cards if not card.isHidden()), self.view)
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Of a control that hides or turns grey while it has the focus, the result takes it over.

        Qt would hand it to whatever comes next in the window, where a second press does harm.
        """
        left = self.window().focusWidget()
        if left is None or (left.isEnabled() and not left.isHidden() and left.isVisibleTo(self)):
            return super().focusNextPrevChild(forward)
        self.take_focus()
        return True

    # What the session tells

    @Slot(int, object)
    def _on_event(self, run_id: int, event: Any) -> None:
        if self._run is None or run_id != self._run.id:
            return
        if event.type == "finished":
            self._read_again(run_id)
            return
        if event.type == "progress":
            self._progress = event
        elif event.type == "log" and event.level == "warning":
            self._warned.append(event.message)
        self.told.emit(event)
        self._show_state()

    @Slot()
    def _on_queue(self) -> None:
        if self._run is not None and self._run.status in GOING:
            self._show_state()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" not in change.kinds:
            return
        if self._awaited is not None and self._awaited in change.runs:  # it may have been read before
            self._read(self._awaited)
        if self._run is not None and self._run.id in change.runs:
            self._read_again(self._run.id)

    @Slot()
    def _on_project(self) -> None:
        """Another project has other runs."""
        self._run = self._result = self._progress = self._awaited = None
        self._early = []
        self.cleared.emit()
        self._arrange()

    # What a person does with a run

    @Slot(str)
    def do(self, verb: str) -> None:
        """``command``, ``again``, ``resume``, ``withdraw``, ``release``, or a verb of the tab's own."""
        run = self._run
        if run is None:
            return
        if verb == "again":
            self.session.submit(run.spec, parent=run.id, then=self.follow)
        elif verb == "resume":
            self.session.resume_interrupted(run.id)
        elif verb == "withdraw":
            self.session.cancel(run.id)
        elif verb == "release":
            self.session.hold(False)
        elif verb == "command":
            self.session.ask(self.session.show_command, run.spec, then=self._show_command, owner=self)
        else:
            self.verb.emit(verb)

    def _show_command(self, command: str) -> None:
        if self._run is not None:
            CommandSheet(self.window(), f"The command that repeats run {self._run.id}", command).open()

    def fill_menu(self, menu: QMenu) -> None:
        """What every plot and table of the result offers at a right click."""
        if self._run is not None:
            menu.addAction("Show the command", lambda: self.do("command"))

    # How it was left

    def state(self) -> dict[str, Any]:
        return {
            "setup": self.setup.state(),
            "folded": self._folded,
            "width": self._width,
            "run": self._run.id if self._run else None,
        }

    def restore(self, state: dict[str, Any], propose: Callable[[], object] | None = None) -> None:
        """The reverse of `state`; `propose` fills a form that nobody has filled yet."""
        self.fold(state.get("folded") is True)
        width = state.get("width")
        if isinstance(width, int) and NARROWEST <= width <= WIDEST:
            self._width = width
            self.setSizes([width, 2_000])
        if self._touched:
            return
        setup = state.get("setup")
        if isinstance(setup, dict):
            self.setup.restore(setup)
        elif propose is not None:
            propose()
        run_id = state.get("run")
        if isinstance(run_id, int):
            self._read(run_id, failed=lambda _: None)  # it was removed for good

    @property
    def is_folded(self) -> bool:
        return self._folded

    def fold(self, folded: bool) -> None:
        """Give the result the whole width, or the setup its place."""
        self._folded = folded
        self.setup.setVisible(not folded)
        self.folded.emit()

    @Slot(int, int)
    def _remember_width(self, place: int, handle: int) -> None:
        self._width = self.sizes()[0]
