"""The question on the left of a panel: the form of a job, what it will cost, and *Run*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic import Field as Question
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.figures import duration, size
from app.widgets.form import Form
from app.widgets.form_schema import Field, fields_of
from app.widgets.known_paths import remember_pick
from app.widgets.member_row import fault_words
from app.widgets.scrolled import ScrolledColumn
from app.widgets.words import Words
from core.errors import UserError
from core.jobs.memory import free_memory
from core.jobs.preview import Preview
from core.jobs.registry import JobKind
from core.jobs.request import Request, RunSpec, input_paths
from core.tokenizers.live.request import AskPreview

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import Change

REST = 250
"""Milliseconds of quiet before what was typed is looked at."""
BUSY = 1_500
"""Milliseconds that *Run* is off at most while a run is recorded."""
DEVICES: dict[str, JsonValue] = {"auto": "Automatic", "cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"}
NOT_RANDOM = "Draws nothing at random, so the seed changes nothing."


class RunSettings(BaseModel):
    """What a run is given besides its request."""

    seed: int = Question(0, ge=0, le=2**31 - 1, title="Seed", description="Where chance begins.")
    device: Literal["auto", "cpu", "cuda", "mps"] = Question(
        "auto",
        title="Device",
        description="What computes; automatic takes a GPU where there is one.",
        json_schema_extra={"advanced": True, "labels": DEVICES},
    )


class Setup(QFrame):
    """The form of one kind of job over *Run*, which is off until the request can run, and says why.

    `title_of` makes the title of a run from its request. Without `device`, it is not asked what computes: no
    kind of job that needs no torch does anything else by it; and the seed is folded away.
    With `aside`, what is said of the files comes from a process of its own: they may be large vocabularies.
    """

    submitted = Signal(object)
    """A `core.jobs.request.RunSpec`, when a person pressed *Run*."""

    def __init__(
        self,
        session: Session,
        kind: JobKind,
        title_of: Callable[[Any], str],
        *,
        device: bool = True,
        aside: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._kind, self._title_of = session, kind, title_of
        self._aside = aside
        self._request: Request | None = None
        self._preview: Preview | None = None
        self._notes: dict[str, str] = {}
        self._blocking: list[str] = []
        self._found: dict[str, str] = {}
        """What only the run itself found to be wrong; told until something is changed, it blocks nothing."""
        self._elsewhere: list[str] = []
        self._busy = False
        self._invalid = False
        """Whether what is said to be wrong is what the request's own model said."""
        theme.styled(self, card="plain")
        self.setAccessibleName("Setup")
        self._scroll = ScrolledColumn(self)
        fields = _with_settings(fields_of(kind.request), device, _draws(kind))
        self._keeps_models = any(field.kind == "language-models" for field in fields)
        """Whether what it takes stays taken, so that it matters how much there is."""
        self.form = Form(fields, session, self._scroll.widget())
        self.run = theme.styled(QPushButton("Run"), kind="primary")
        self.run.clicked.connect(self.submit)
        self._words = Words(role="muted")
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._look)
        self.form.changed.connect(self._wait)
        session.project_changed.connect(self._on_project)
        session.changed.connect(self._on_change)
        self._look()

    def _lay_out(self) -> None:
        self._scroll.column.setContentsMargins(16, 14, 16, 14)
        self._scroll.column.addWidget(self.form)
        foot = QFrame()
        foot.setObjectName("foot")
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(self.run)
        row.addWidget(self._words, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(foot)

    # What it holds

    def state(self) -> dict[str, Any]:
        """The form's contents and folds, as JSON data."""
        return {"values": self.form.values(), "more": self.form.more.opened}

    def restore(self, state: dict[str, Any]) -> None:
        """The reverse of `state`; bears what an older version wrote."""
        values = state.get("values")
        if isinstance(values, dict):
            self.form.set_values(values)
        self.form.more.set_opened(state.get("more") is True)
        self._look()

    def show_spec(self, request: dict[str, Any], seed: int, device: str) -> None:
        """Show what a run was asked."""
        self.form.set_values({**request, "seed": seed, "device": device})
        self._found = {}
        self._look()

    def show_found(self, request: dict[str, Any], key: str, words: str) -> None:
        """Say beside a field what a run of this request ended by, if the form still holds that request."""
        if self._request is not None and self._request.model_dump(mode="json") == request:
            self._found = {key: words}
            self._show_problems({})

    def set_field(self, key: str, value: Any) -> None:
        """Put one value in, as if a person had."""
        self.form.box(key).editor.set_value(value)
        self._look()

    @property
    def words(self) -> str:
        """What stands beside *Run*: the cost, or why not."""
        return self._words.text()

    @Slot()
    def submit(self) -> None:
        """Have it run, if it can."""
        if not self.run.isEnabled() or self._request is None:
            return
        values = self.form.values()
        for _, kind, path in input_paths(self._request):
            remember_pick(kind, path)
        spec = RunSpec(
            kind=self._kind.kind,
            request=self._request.model_dump(mode="json"),
            seed=values["seed"],
            device=values.get("device", "auto"),
            title=self._title_of(self._request),
        )
        self.set_busy(True)
        self._found = {}
        self._show_problems({})
        QTimer.singleShot(
            BUSY, self, lambda: self.set_busy(False)
        )  # should it not be recorded, which is told
        self.submitted.emit(spec)

    def set_busy(self, busy: bool) -> None:
        """*Run* is off while the last run is being recorded, so that a double press makes one run."""
        self._busy = busy
        self._say()

    # What is wrong, and what it costs

    @Slot()
    def _wait(self) -> None:
        self._preview, self._found = None, {}
        self.run.setEnabled(False)
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        """Check the form's contents: what pydantic says at once, what files say from a thread."""
        self._timer.stop()
        self._preview, self._notes = None, self._kept_notes()
        values = {key: value for key, value in self.form.values().items() if key not in ("seed", "device")}
        try:
            self._request = self._kind.request.model_validate(values)
        except ValidationError as error:
            self._request, self._invalid = None, True
            self._show_problems(_sentences(error, self.form))
            return
        if self._invalid:  # that is mended; what files say may take a while
            self._invalid = False
            self._show_problems({})
        self._say()
        aside = self._session.previews if self._aside else None
        answer: Any = {
            "then": self._previewed,
            "failed": self._not_previewed,
            "owner": self,
            "key": "preview",
        }
        if aside is not None and self._kind.preview is not None:
            aside.ask(AskPreview(self._kind.preview, self._request), **answer)
        else:
            self._session.ask(_preview_of, self._kind, self._request, **answer)

    def _kept_notes(self) -> dict[str, str]:
        random = {member.random for member in self.form.chosen()} or {_draws(self._kind)}
        return {"seed": NOT_RANDOM} if random == {False} else {}

    def _previewed(self, preview: Preview) -> None:
        if self._timer.isActive():  # of what stood there before something was typed
            return
        self._preview = preview
        self._notes |= preview.notes
        self.form.want(preview.asks)
        problems: dict[str, str] = {}
        for problem in preview.problems:
            problems.setdefault(problem.field or "", problem.message)
        self._show_problems(problems)

    def _not_previewed(self, error: Exception) -> None:
        """A file that cannot be read is told in the form; a fault of ours keeps no run from trying."""
        if self._timer.isActive():
            return
        if isinstance(error, UserError):
            self._show_problems({error.field or "": error.message})
        else:
            self._session.report(error)
            self._preview = Preview()
            self._show_problems({})

    def _show_problems(self, problems: dict[str, str]) -> None:
        unsaid = self.form.show_lines(self._notes, self._found | problems)
        self._blocking = list(problems.values())
        self._elsewhere = [words for words in unsaid if words in self._blocking]
        self._say()

    def _say(self) -> None:
        why = self._why_not()
        self.run.setEnabled(not why and self._preview is not None and not self._busy)
        words = why or self._cost()
        role = "error" if why else "muted"
        self._words.setText(words)
        if self._words.property("role") != role:
            theme.styled(self._words, role=role)
        self.run.setAccessibleDescription(words)

    def _why_not(self) -> str:
        project = self._session.project
        if project is None:
            return "Open a project first: a run is recorded in it."
        if project.read_only:
            return "This project is open for reading only."
        if self._elsewhere:
            return self._elsewhere[0]
        if self._blocking:
            more = len(self._blocking) - 1
            return self._blocking[0] + (f" ({more} more above.)" if more else "")
        return ""

    def _cost(self) -> str:
        if self._preview is None:
            return "Looking at the files…" if self._request is not None else ""
        seconds, memory, disk = (
            self._preview.seconds,
            self._preview.memory_bytes,
            self._preview.disk_bytes,
        )
        parts = []
        if seconds is not None:
            parts.append(f"about {duration(seconds)}")
        if memory is not None:
            parts.append(f"{size(memory)} of {size(free_memory())}" if self._keeps_models else size(memory))
        if disk is not None:
            parts.append(f"{size(disk)} on disk")
        return " · ".join(parts)

    @Slot()
    def _on_project(self) -> None:
        self.form.offer_known()
        self._say()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change.kinds & {"assets", "runs"}:
            self.form.offer_known()


def _draws(kind: JobKind) -> bool:
    """Whether anything is drawn at random; a request says so that nothing ever is."""
    return getattr(kind.request, "random", True)


def _with_settings(fields: tuple[Field, ...], with_device: bool, draws: bool) -> tuple[Field, ...]:
    """The request's fields, the seed after the choice that it concerns, the device last."""
    seed, device = fields_of(RunSettings)
    if not with_device:
        return (*fields, replace(seed, advanced=True))
    if not draws or any(field.kind in ("systems", "encoder") for field in fields):
        seed = replace(seed, advanced=True)  # it draws for the tests, if at all
    after = next((place for place, field in enumerate(fields, 1) if field.kind == "choice"), len(fields))
    return (*fields[:after], seed, *fields[after:], device)


def _preview_of(kind: JobKind, request: Request) -> Preview:
    """In a thread: loading the preview may import what reads files."""
    preview = kind.load_preview()
    return Preview() if preview is None else preview(request)


def _sentences(error: ValidationError, form: Form) -> dict[str, str]:
    """Key → what is wrong, in words. Members of a choice add their name to the place; it is left out."""
    names = {member.name for member in form.chosen()}
    found: dict[str, str] = {}
    for fault in error.errors(include_url=False):
        parts = [part for part in fault["loc"] if isinstance(part, str) and part not in names]
        key = ".".join(parts)
        missing = fault["type"] == "missing"
        if fault["type"] == "too_short" and len(fault["loc"]) == 1:
            title = form.box(key).field.title
            words = f"{title}: add at least {fault['ctx']['min_length']}."
        elif (inside := form.fault(fault["loc"], fault_words(fault["msg"]), missing=missing)) is not None:
            key, words = inside
        elif missing:
            title = form.box(key).field.title
            words = f"Choose the {title[:1].lower()}{title[1:]}."
        else:
            words = fault_words(fault["msg"])
        found.setdefault(key, words)
    return found
