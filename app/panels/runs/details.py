"""One run in full: what came of it, what it asked for, its figures and files, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.figures import MISSING, decimals, duration, exact_time, fixed, size
from app.panels.runs.asked import fields_of, kind_title
from app.panels.runs.facts import Cell, Facts, Rows
from app.panels.runs.model import STATE_COLOURS
from app.widgets.disclosure import Disclosure
from app.widgets.visible_text import isolated

if TYPE_CHECKING:
    from app.session import Session
    from core.project.project import Project
    from core.project.records import ArtifactRecord, MetricRecord, RunRecord

SIDE_BY_SIDE = 4
"""Measures of slices at most."""
HASH = 12
"""Digits of a hash that are shown; all of them are copied."""


@dataclass(frozen=True)
class WholeRun:
    run: RunRecord
    metrics: list[MetricRecord]
    artifacts: list[ArtifactRecord]


def read_whole(project: Project, run_id: int) -> WholeRun:
    """Off the main thread: everything recorded of a run."""
    return WholeRun(project.run(run_id), project.metrics([run_id]), project.artifacts(run_id))


class NoteField(QPlainTextEdit):
    """A note of some lines, kept when it is left or with Ctrl+Return; Escape takes back what was typed."""

    written = Signal(int, str)
    """Run and note."""

    def __init__(self) -> None:
        super().__init__()
        self._run: int | None = None
        self._kept = ""
        self.setPlaceholderText("Add a note")
        self.setAccessibleName("Note")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def show_note(self, run: int, note: str) -> None:
        """Of another run, or the same one's as it is now; what is being typed is not overwritten."""
        if run != self._run:
            self.keep()
        elif self.hasFocus() and self.toPlainText() != self._kept:
            return
        self._run, self._kept = run, note
        if self.toPlainText() != note:
            self.setPlainText(note)

    @Slot()
    def keep(self) -> None:
        note = self.toPlainText().strip()
        if self._run is not None and note != self._kept and not self.isReadOnly():
            self._kept = note
            self.written.emit(self._run, note)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.keep()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and ctrl:
            self.keep()
        elif event.key() == Qt.Key.Key_Escape and self.toPlainText() != self._kept:
            self.setPlainText(self._kept)
        else:
            super().keyPressEvent(event)

    @Slot()
    def _fit(self) -> None:
        """One line high, up to four as it is written in."""
        lines = min(max(self.document().lineCount(), round(self.document().size().height())), 4)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * max(1, lines) + 16)


class Fault(QFrame):
    """Why a run failed, with the trace behind a fold."""

    def __init__(self) -> None:
        super().__init__()
        theme.styled(self, card="error")
        self.words = _label("")
        self.trace = QPlainTextEdit()
        self.trace.setReadOnly(True)
        self.trace.setFont(theme.mono_font())
        self.trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.trace.setAccessibleName("Traceback")
        self.trace.setTabChangesFocus(True)
        self.trace.setFixedHeight(self.trace.fontMetrics().lineSpacing() * 10)
        self.fold = Disclosure("Traceback", self.trace)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.words)
        column.addWidget(self.fold)

    def show_run(self, run: RunRecord) -> None:
        self.setVisible(run.error is not None)
        if run.error is not None:
            self.words.setText(run.error.message)
            self.trace.setPlainText(run.error.traceback)
            self.fold.setVisible(bool(run.error.traceback))
            self.fold.set_opened(False)


class RunDetails(QScrollArea):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setAccessibleName("Details of the run")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._shown: WholeRun | None = None
        self.heading = theme.styled(_label(""), role="subheading")
        self.state = _label("")
        self.state.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.summary = theme.styled(_label(""), role="heading")
        self.sentence = theme.styled(_label(""), role="muted")
        self.fault = Fault()
        self.warnings = theme.styled(_label(""), role="warning")
        self.note = NoteField()
        self.asked = Facts(session, "Asked for", stretch=1)
        self.figures = Facts(session, "Figures")
        self.files = Facts(session, "Files")
        self.origin = Facts(session, "Where it comes from", stretch=1)
        self.versions = Facts(session, "Versions", stretch=1)
        self._lay_out()
        theme.current().changed.connect(self._colour_state)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.heading, 1)
        head.addWidget(self.state)
        self._offers = QHBoxLayout()
        self._offers.setSpacing(8)
        head.addLayout(self._offers)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, sections in (
            (left, (self.asked, self.versions)),
            (right, (self.figures, self.files, self.origin)),
        ):
            column.setSpacing(16)
            for section in sections:
                column.addWidget(section)
            column.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(32)
        both.addLayout(left, 1)
        both.addLayout(right, 1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addLayout(head)
        for widget in (self.summary, self.sentence, self.fault, self.warnings, self.note):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addLayout(both)
        column.addStretch(1)
        self.setWidget(inner)

    @property
    def run_id(self) -> int | None:
        return self._shown.run.id if self._shown else None

    def offer(self, button: QPushButton) -> None:
        """Put a button beside the run's name; its owner says when it is to be seen."""
        self._offers.addWidget(button)

    def edit_note(self) -> None:
        self.note.setFocus()
        self.ensureWidgetVisible(self.note)

    def set_read_only(self, read_only: bool) -> None:
        self.note.setReadOnly(read_only)
        self.note.setPlaceholderText("No note" if read_only else "Add a note")

    def clear(self) -> None:
        self.note.keep()
        self._shown = None

    def show_run(self, whole: WholeRun) -> None:
        same = self.run_id == whole.run.id
        if whole == self._shown:
            return
        self._shown, run = whole, whole.run
        self.heading.setText(f"Run {run.id} · {kind_title(run.kind)} · {isolated(run.title)}")
        self.state.setText(run.status)
        self._colour_state()
        self.summary.setText(run.summary)
        self.summary.setVisible(bool(run.summary))
        words = state_sentence(run)
        self.sentence.setText(words)
        self.sentence.setVisible(bool(words))
        self.fault.show_run(run)
        warnings = [str(words) for words in (run.result or {}).get("warnings", [])]
        self.warnings.setText("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))
        self.note.show_note(run.id, run.note)
        asked = [(Cell(one.title), Cell(one.text, one.whole, one.whole)) for one in fields_of(run)]
        self.asked.show_table(("", ""), asked)
        self.figures.show_table(*figures_table(whole.metrics))
        total = size(sum(file.bytes for file in whole.artifacts))
        self.files.show_table(("", ""), _files(whole.artifacts), title=f"Files · {total}")
        self.origin.show_table(("", ""), _origin(run))
        versions = run.provenance.versions if run.provenance else {}
        self.versions.show_table(("", ""), [(Cell(name), Cell(value)) for name, value in versions.items()])
        if not same:
            self.verticalScrollBar().setValue(0)

    @Slot()
    def _colour_state(self) -> None:
        if self._shown is not None:
            colour = getattr(theme.tokens(), STATE_COLOURS[self._shown.run.status])
            self.state.setStyleSheet(f"color: {colour}; font-weight: 600;")


def state_sentence(run: RunRecord) -> str:
    """What is to be said of a run that has neither a result nor a failure."""
    far = f" at {run.progress:.0%}".replace("%", " %") if run.progress else ""
    return {
        "queued": "It waits in the queue.",
        "running": "It is running.",
        "paused": f"It is paused{far}.",
        "interrupted": f"Lexigraft or the machine stopped{far}, before this run had ended.",
        "cancelled": f"It was stopped{far}.",
    }.get(run.status, "")


def figures_table(metrics: list[MetricRecord]) -> tuple[tuple[str, ...], Rows]:
    """Heads and rows: a row a slice with a column a measure; what is measured once has a row of its own.

    More measures of slices than fit side by side have a row each.
    """
    names = list(dict.fromkeys(metric.name for metric in metrics if metric.slice is not None))
    if len(names) > SIDE_BY_SIDE:
        rows = [(Cell(f"{metric.name}, {metric.slice}"), _value(metric, metrics)) for metric in metrics]
        return ("", ""), rows
    slices: dict[str, dict[str, MetricRecord]] = {}
    for metric in metrics:
        if metric.slice is not None:
            slices.setdefault(metric.slice, {})[metric.name] = metric
    table = [
        (
            Cell(isolated(part), part, part),
            *(_value(found[name], metrics) if name in found else Cell(MISSING, "") for name in names),
        )
        for part, found in slices.items()
    ]
    blank = (Cell(""),) * max(0, len(names) - 1)
    table += [
        (Cell(metric.name), *blank, _value(metric, metrics)) for metric in metrics if metric.slice is None
    ]
    return ("", *(names or [""])), table


def _value(metric: MetricRecord, metrics: list[MetricRecord]) -> Cell:
    """With the precision that all of its measure have."""
    places = decimals(other.value for other in metrics if other.name == metric.name)
    return Cell(fixed(metric.value, places), metric.value, repr(metric.value))


def _files(artifacts: list[ArtifactRecord]) -> Rows:
    return [
        (
            Cell(file.name, tip=f"{file.name}\n{file.media_type}\nSHA-256 {file.sha256}"),
            Cell(size(file.bytes), file.bytes, f"{file.bytes:,} bytes"),
        )
        for file in artifacts
    ]


def _origin(run: RunRecord) -> Rows:
    """When, where and with what it was made."""
    rows = [("Queued", exact_time(run.created))]
    rows += [
        (verb, exact_time(time))
        for verb, time in (("Started", run.started), ("Ended", run.finished))
        if time is not None
    ]
    if run.seconds is not None:
        rows.append(("Took", duration(run.seconds)))
    memory = (run.result or {}).get("peak_memory_bytes")
    if memory:
        rows.append(("Peak memory", size(memory)))
    if run.parent is not None:
        rows.append(("Again from", f"run {run.parent}"))
    cells = [(Cell(name), Cell(value)) for name, value in rows]
    if run.provenance is None:
        return cells
    made = run.provenance
    threads = f", {made.threads} thread{'s' if made.threads > 1 else ''}" if made.threads else ""
    cells += [(Cell("Device"), Cell(f"{made.device}{threads}")), (Cell("Seed"), Cell(str(made.seed)))]
    cells += [
        (Cell(name), Cell(value))
        for name, value in (("Processor", made.processor), ("System", made.platform))
        if value
    ]
    for item in made.inputs:
        tip = f"{item.path}\nSHA-256 {item.sha256}"
        words = f"{PurePath(item.path).name} · {item.sha256[:HASH]}"
        cells.append(
            (Cell(item.field.replace("_", " ").capitalize()), Cell(words, f"{item.path} {item.sha256}", tip))
        )
    return cells


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
