"""How a run is that is not done: it waits, runs, failed, was stopped or interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.figures import duration
from app.icons import Sign
from app.widgets.disclosure import Disclosure
from app.widgets.flow import Flow
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.jobs.events import ErrorInfo, Progress
    from core.project.records import RunRecord

STEPS = 1_000
VERBS = {
    "resume": "Resume",
    "again": "Run again",
    "release": "Start the queue",
    "withdraw": "Take it out of the queue",
    "command": "Show the command",
}
ADVICE = {
    "user": "Mend that, or change the setup on the left; then run it again.",
    "fault": "This is a fault in Lexigraft, not in your files. The details are below and in the log.",
    "memory": "Close what else takes memory, or choose something smaller; then run it again.",
    "engine": "The engine was started anew, and no other run is touched. Run it again, or resume it.",
}


class RunState(QFrame):
    verb = Signal(str)
    """A key of `VERBS` was pressed."""

    def __init__(self, unwritten: str = "No model was written.") -> None:
        """`unwritten`: what did not come of a run that was stopped."""
        super().__init__()
        theme.styled(self, card="plain")
        self._unwritten = unwritten
        self._sign = Sign("runs", "muted", 20)
        self.heading = Words(role="heading", selectable=True)
        self.detail = Words(role="muted", selectable=True)
        self.detail.setFont(theme.figures_font())
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of this run")
        self.buttons = {key: QPushButton(label) for key, label in VERBS.items()}
        self._trace = QPlainTextEdit()
        self._trace.setReadOnly(True)
        self._trace.setFont(theme.mono_font())
        self._trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._trace.setAccessibleName("Details of the failure")
        self._trace.setTabChangesFocus(True)
        self._trace.setMinimumHeight(220)
        self.copy = theme.styled(QPushButton("Copy the details"), kind="link")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(f"{self.heading.text()}\n\n{self.trace}")
        )
        details = QWidget()
        inner = QVBoxLayout(details)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._trace)
        inner.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.fold = Disclosure("Details", details)
        self._lay_out()

    def _lay_out(self) -> None:
        for key, button in self.buttons.items():
            button.clicked.connect(lambda checked=False, key=key: self.verb.emit(key))
        self._row = Flow(list(self.buttons.values()))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.heading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.detail)
        column.addWidget(self.progress)
        column.addWidget(self._row)
        column.addWidget(self.fold)

    @property
    def trace(self) -> str:
        return self._trace.toPlainText()

    def show_loading(self, run_id: int) -> None:
        self._show("runs", "muted", f"Opening run {run_id}…", "", ())

    def show_waiting(self, run: RunRecord, before: int, held: bool) -> None:
        """`before` runs come first; with `held` none starts."""
        if held:
            words = "The queue is held: nothing starts before you say so."
        elif before:
            words = f"{before} {'run comes' if before == 1 else 'runs come'} first."
        else:
            words = "It starts at once when the engine is ready."
        verbs = ("release", "withdraw") if held else ("withdraw",)
        self._show("runs", "muted", f"Run {run.id} waits.", words, verbs)

    def show_running(self, run: RunRecord, progress: Progress | None, paused: bool) -> None:
        if progress is None:
            heading, parts = "Starting…", []
            self.progress.setRange(0, 0)
        else:
            counted = f" {progress.done:,.0f} of {progress.total:,.0f}" if progress.total > 1 else ""
            heading = f"{progress.stage[:1].upper()}{progress.stage[1:]}{counted}"
            parts = [f"{duration(progress.elapsed)} so far"]
            if progress.eta is not None:
                parts.append(f"{duration(progress.eta)} left")
            self.progress.setRange(0, STEPS if progress.total > 0 else 0)
            if progress.total > 0:
                self.progress.setValue(round(STEPS * min(1.0, progress.done / progress.total)))
        if paused:
            heading = f"Paused: {heading[:1].lower()}{heading[1:]}"
        detail = " · ".join([f"Run {run.id}", run.title, *parts])
        self._show("pause" if paused else "play", "accent", heading, detail, (), runs=True)

    def show_failed(self, run: RunRecord, error: ErrorInfo, *, resumable: bool) -> None:
        detail = f"Run {run.id} failed. {ADVICE[error.kind]}"
        kept = resumable and error.kind != "user"
        verbs = ("again", "resume", "command") if kept else ("again", "command")
        self._show("failed", "error", error.message, detail, verbs, trace=error.traceback)

    def show_stopped(self, run: RunRecord, *, resumable: bool) -> None:
        """Cancelled or interrupted."""
        far = f" at {100 * run.progress:.0f} %" if run.progress else ""
        if run.status == "interrupted":
            heading = f"Run {run.id} was interrupted{far}."
            words = "Lexigraft or the machine stopped while it ran. Nothing finished is lost."
            sign, color = "failed", "warning"
        else:
            heading = f"Run {run.id} was stopped{far}."
            words = self._unwritten if run.result is None else "What there was until then is kept below."
            sign, color = "stop", "muted"
        if resumable:
            words += " Resume goes on from what it had kept; Run again starts afresh."
        verbs = ("resume", "again", "command") if resumable else ("again", "command")
        self._show(sign, color, heading, words, verbs)

    def show_unreadable(self, run: RunRecord) -> None:
        words = "Its figures were written by another version of Lexigraft. It can be run again as it was."
        heading = f"The result of run {run.id} cannot be read."
        self._show("failed", "warning", heading, words, ("again", "command"))

    def _show(
        self,
        sign: str,
        color: str,
        heading: str,
        detail: str,
        verbs: Sequence[str],
        *,
        trace: str = "",
        runs: bool = False,
    ) -> None:
        self._sign.show_icon(sign, color)
        self.heading.setText(heading)
        self.detail.say(detail)
        self.progress.setVisible(runs)
        for key, button in self.buttons.items():
            button.setVisible(key in verbs)
            first = bool(verbs) and key == verbs[0] and key in ("resume", "again", "release")
            theme.styled(button, kind="primary" if first else "")
        self._row.setVisible(bool(verbs))
        self._row.place()
        if trace != self.trace:
            self._trace.setPlainText(trace)
        self.fold.setVisible(bool(trace))
        self.setAccessibleName(f"{heading} {detail}")
