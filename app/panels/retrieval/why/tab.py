"""Why: one query after the other, as two systems answered it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.panels.retrieval.sought import Sought
from app.panels.retrieval.why.all_queries import AllQueries, tell
from app.panels.retrieval.why.explained import encoder_of, explanation
from app.panels.retrieval.why.explanation_card import ExplanationCard
from app.panels.retrieval.why.opened import (
    Asked,
    Evaluation,
    Listed,
    Looked,
    evaluations,
    look,
    open_evaluation,
)
from app.panels.retrieval.why.queries_card import QueriesCard
from app.panels.retrieval.why.query_view import TOP, QueryView
from app.panels.tab import Tab
from app.widgets.elided_combo import ElidedCombo
from app.widgets.notice import Notice
from app.widgets.scrolled import ScrolledColumn
from app.widgets.segmented import Segmented
from app.widgets.series_numbers import keep_numbers
from core.retrieval.why.job import WHY
from core.retrieval.why.result import WhyResult

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import Change, RunRecord

ONE, EVERY = "one", "every"
PATIENCE = 250
"""Milliseconds before it is said that an answer is waited for."""
EMPTY = (
    "See why one system does better than another: every query with both rankings side by side, which "
    "relevant documents were missed, and where the words of the query stand."
)
NONE_YET = f"{EMPTY} There is no evaluation in this project yet: run one first."


class WhyTab(Tab):
    kinds = (WHY.kind,)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.evaluation: Evaluation | None = None
        self._listed: list[Listed] = []
        self._sought: Sought | None = None
        """What is shown once it is read."""
        self._query: Asked | None = None
        self._most = TOP
        self._touched = False
        self.run = ElidedCombo("Evaluation")
        self.run.setPlaceholderText("Choose an evaluation")
        self.first, self.second = ElidedCombo("First system"), ElidedCombo("Second system")
        self.measure = ElidedCombo("Measure")
        self.queries = QueriesCard(session)
        self.view = QueryView(session)
        self.all = AllQueries(session)
        self.which = Segmented("What is looked at", ((ONE, "This query"), (EVERY, "All queries")))
        self.alone = ExplanationCard()
        self._explaining: int | None = None
        """The run that explains what is looked at."""
        self.notice = Notice("retrieval", EMPTY)
        self.latest = theme.styled(QPushButton("Look into the latest evaluation"), kind="primary")
        self.evaluate = theme.styled(QPushButton("Evaluate first"), kind="primary")
        self.retry = QPushButton("Try again")
        self.retry.hide()
        self._lay_out()
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(PATIENCE)
        self._waiting.timeout.connect(lambda: self._say("Reading the evaluation…"))
        self._connect()
        self._offer()

    def _lay_out(self) -> None:
        card = theme.styled(QFrame(), card="plain")
        pickers = QHBoxLayout(card)
        pickers.setContentsMargins(16, 10, 16, 12)
        pickers.setSpacing(12)
        for title, box, share in (
            ("Evaluation", self.run, 4),
            ("First system", self.first, 3),
            ("Second system", self.second, 3),
            ("Measure", self.measure, 2),
        ):
            column = QVBoxLayout()
            column.setSpacing(3)
            label = theme.styled(QLabel(title), role="field")
            label.setBuddy(box)
            column.addWidget(label)
            column.addWidget(box)
            pickers.addLayout(column, share)
        self.queries.setMinimumWidth(280)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(14)
        split.addWidget(self.queries)
        split.addWidget(self._lay_out_right())
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([3_400, 6_600])
        for button in (self.latest, self.evaluate, self.retry):
            self.notice.foot.addWidget(button)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.notice)
        self.pages.addWidget(split)
        self.pages.addWidget(self._lay_out_alone())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card)
        column.addWidget(self.pages, 1)

    def _lay_out_right(self) -> QWidget:
        right = QWidget()
        self.views = QStackedWidget()
        self.views.addWidget(self.view)
        self.views.addWidget(self.all)
        head = QHBoxLayout()
        head.addWidget(self.which)
        head.addStretch(1)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.views, 1)
        return right

    def _lay_out_alone(self) -> QWidget:
        """An explanation that was opened from the list of runs."""
        page = ScrolledColumn()
        page.column.setContentsMargins(0, 0, 4, 0)
        back = theme.styled(QPushButton("Back to the queries"), kind="link")
        back.clicked.connect(self._go_back)
        page.column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        page.column.addWidget(self.alone)
        page.column.addStretch(1)
        return page

    def _connect(self) -> None:
        self.run.activated.connect(self._on_run)
        for box in (self.first, self.second, self.measure):
            box.activated.connect(self._on_choice)
        self.queries.chosen.connect(self.look)
        self.view.more_wanted.connect(self._show_more)
        self.which.chosen.connect(self._switch)
        self.all.chosen.connect(lambda group: self.queries.keep(group.queries))
        self.view.explain_wanted.connect(self.explain)
        self.session.run_event.connect(self._on_event)
        self.latest.clicked.connect(self._open_latest)
        self.evaluate.clicked.connect(lambda: self.wanted.emit("evaluate", None))
        self.retry.clicked.connect(self._on_run)
        self.session.changed.connect(self._on_change)
        self.session.project_changed.connect(self._on_project)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.queries.line.setFocus)

    # Which evaluation

    @Slot()
    def _offer(self) -> None:
        self.session.ask(
            evaluations,
            self.session.project,
            then=self._offered,
            failed=lambda _: None,
            owner=self,
            key="runs",
        )

    def _offered(self, listed: list[Listed]) -> None:
        self._listed = listed
        chosen = self.run.currentData()
        self.run.clear()
        for one in listed:
            self.run.addItem(one.title, one.run)
        self.run.setCurrentIndex(self.run.findData(chosen) if chosen is not None else -1)
        self._enable()
        if self.evaluation is None and self._sought is None and self.retry.isHidden():
            self._show_empty()
        elif self._sought is not None and chosen is None:
            self.run.setCurrentIndex(self.run.findData(self._sought.run))

    def _enable(self) -> None:
        self.run.setEnabled(bool(self._listed))
        for box, fewest in ((self.first, 1), (self.second, 2), (self.measure, 1)):
            known = 0 if self.evaluation is None else len(self.evaluation.systems)
            box.setEnabled(known >= fewest)

    def open(self, sought: Sought) -> None:
        """Show an evaluation, two systems of it, and one of its queries."""
        self._touched = True
        self._sought = sought
        self.run.setCurrentIndex(self.run.findData(sought.run))
        if self.evaluation is not None and self.evaluation.run == sought.run:
            self._opened(self.evaluation)
            return
        if self.session.project is None:
            return
        self._waiting.start()
        self.session.ask(
            open_evaluation,
            self.session.project,
            sought.run,
            then=self._opened,
            failed=self._failed,
            owner=self,
            key="open",
        )

    def _opened(self, evaluation: Evaluation) -> None:
        self._waiting.stop()
        self.retry.hide()
        self.evaluation = evaluation
        sought, self._sought = self._sought, None
        names = evaluation.systems
        ranked = [system.name for system in evaluation.result.ranked()]
        first = sought.first if sought is not None and sought.first in names else ranked[0]
        second = (
            sought.second
            if sought is not None and sought.second in names
            else ranked[min(1, len(ranked) - 1)]
        )
        measure = sought.measure if sought is not None else ""
        _fill(self.first, names, first)
        _fill(self.second, names, second)
        _fill(self.measure, evaluation.measures, measure or evaluation.result.primary)
        self._enable()
        self.queries.clear_filter()
        self._show_queries()
        self.pages.setCurrentIndex(1)
        if sought is not None and sought.query:
            self.which.choose(ONE)
        self._tell()
        wanted = sought.query if sought is not None else ""
        if not (wanted and self.queries.choose(wanted)) and self.queries.table.figures.rows:
            self.queries.choose(self.queries.table.record(0).id)

    @property
    def pair(self) -> tuple[str, str]:
        return self.first.currentText(), self.second.currentText()

    def _show_queries(self) -> None:
        if self.evaluation is not None:
            self.queries.show_queries(self.evaluation.queries, self.pair, self.measure.currentText())

    @Slot()
    def _on_run(self) -> None:
        run = self.run.currentData()
        if run is not None:
            self.open(Sought(run))

    @Slot()
    def _on_choice(self) -> None:
        kept = self._query
        self._show_queries()
        self._tell()
        if kept is not None and not self.queries.choose(kept.id):
            self.look(kept)

    # Which query

    @Slot(object)
    def look(self, query: Asked) -> None:
        if self._query is None or self._query.id != query.id:
            self._most = TOP
            self._explaining = None
        self._query = query
        self._ask_look()

    def _ask_look(self) -> None:
        if self.evaluation is None or self._query is None:
            return
        self.session.ask(
            look,
            self.evaluation,
            self._query,
            *self.pair,
            self._most,
            then=partial(self._looked, self.pair, self.measure.currentText()),
            failed=self._failed,
            owner=self,
            key="look",
        )

    def _looked(self, pair: tuple[str, str], measure: str, looked: Looked) -> None:
        if self.evaluation is not None:
            numbers = keep_numbers(self.session.project, self.evaluation.systems)
            self.view.show_query(looked, pair, measure, numbers, self._most)
            known = [system for system in self.evaluation.result.systems if system.name in pair]
            there = self.evaluation.request.get("collection")
            self.view.document.offer([system.name for system in known if there and encoder_of(system)])

    @Slot(int)
    def _show_more(self, most: int) -> None:
        self._most = most
        self._ask_look()

    # All queries

    @Slot(str)
    def _switch(self, key: str) -> None:
        self.views.setCurrentIndex(1 if key == EVERY else 0)
        self.queries.keep(None)
        self._tell()

    def _tell(self) -> None:
        """What can be said of all queries of the first system; only while it is looked at."""
        if self.evaluation is None or self.which.key != EVERY:
            return
        self.session.ask(
            tell,
            self.evaluation,
            self.pair[0],
            self.measure.currentText(),
            then=self.all.show_told,
            failed=self._failed,
            owner=self,
            key="tell",
        )

    # Why a document has its score

    @Slot(str, str)
    def explain(self, name: str, document: str) -> None:
        """Ask the model of a system about a document and the query that is looked at."""
        if self.evaluation is None or self._query is None:
            return
        system = next(one for one in self.evaluation.result.systems if one.name == name)
        encoder = encoder_of(system)
        spec = encoder and explanation(self.evaluation.request, encoder, self._query.id, document)
        if not spec:
            self.view.explanation.show_words("The evaluation's collection is not there any more.")
            return
        self.view.explanation.show_words(f"Asking {name}…")
        self.session.submit(spec, then=self._asked)

    def _asked(self, run_id: int) -> None:
        self._explaining = run_id

    @Slot(int, object)
    def _on_event(self, run_id: int, event: Any) -> None:
        if run_id != self._explaining:
            return
        if event.type == "progress":
            self.view.explanation.show_words(f"{event.stage}…" if event.stage else "Asking the model…")
        elif event.type == "finished" and self.session.project is not None:
            self._explaining = None
            self.session.ask(
                self.session.project.run,
                run_id,
                then=partial(_explain, self.view.explanation),
                owner=self,
                key="explained",
            )

    def show_run(self, run: RunRecord) -> None:
        """An explanation by itself."""
        self._touched = True
        _explain(self.alone, run)
        self.pages.setCurrentIndex(2)

    @Slot()
    def _go_back(self) -> None:
        if self.evaluation is not None:
            self.pages.setCurrentIndex(1)
        else:
            self._show_empty()

    # Nothing, waiting, failed

    def _show_empty(self) -> None:
        self._waiting.stop()
        self._say(EMPTY if self._listed else NONE_YET)
        self.latest.setVisible(bool(self._listed))
        self.evaluate.setVisible(not self._listed)

    def _failed(self, error: Exception) -> None:
        self._waiting.stop()
        self._sought = None
        self._say(str(error), failed=True)

    def _say(self, sentence: str, *, failed: bool = False) -> None:
        self.notice.sign.show_icon("failed" if failed else "retrieval", "error" if failed else "muted")
        self.notice.words.setText(sentence)
        self.latest.hide()
        self.evaluate.hide()
        self.retry.setVisible(failed)
        self.pages.setCurrentIndex(0)

    @Slot()
    def _open_latest(self) -> None:
        if self._listed:
            self.run.setCurrentIndex(0)
            self._on_run()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" in change.kinds:
            self._offer()

    @Slot()
    def _on_project(self) -> None:
        """Another project has other evaluations."""
        self.evaluation = self._query = self._sought = None
        self.retry.hide()
        self.run.clear()
        self._offer()

    # What the panel asks of a tab

    def take(self, what: Any) -> None:
        if isinstance(what, Sought):
            self.open(what)
        else:
            super().take(what)

    def state(self) -> dict[str, Any]:
        if self.evaluation is None:
            return {}
        first, second = self.pair
        return {
            "run": self.evaluation.run,
            "first": first,
            "second": second,
            "measure": self.measure.currentText(),
            "query": self._query.id if self._query is not None else "",
        }

    def restore(self, state: dict[str, Any]) -> None:
        run = state.get("run")
        if self._touched or not isinstance(run, int):
            return
        said = {key: str(state.get(key) or "") for key in ("first", "second", "measure", "query")}
        self.open(Sought(run, **said))
        self._touched = False


def _explain(card: ExplanationCard, run: RunRecord) -> None:
    """Show what a run explains, or why it does not."""
    if run.status == "done" and run.result is not None:
        card.show_result(WhyResult.model_validate(run.result))
    elif run.error is not None:
        card.show_words(run.error.message)
    else:
        card.show_words("It was stopped." if run.status == "cancelled" else "It has no answer yet.")


def _fill(box: ElidedCombo, names: list[str], chosen: str) -> None:
    box.clear()
    box.addItems(names)
    box.setCurrentIndex(names.index(chosen) if chosen in names else 0)
