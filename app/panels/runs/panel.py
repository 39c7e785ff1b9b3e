"""Runs: all that was run in this project, to be found again, compared, repeated and tidied up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.commands import Command
from app.panels.panel import Panel
from app.panels.runs.actions import NONE_SELECTED, ONE_ONLY, READ_ONLY, RunAction, RunActions
from app.panels.runs.compare_view import CompareView
from app.panels.runs.details import RunDetails, WholeRun, read_whole
from app.panels.runs.filter import HELP
from app.panels.runs.model import Row, RunModel, make_row
from app.panels.runs.table import RunTable
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from app.session import Session
    from core.project.project import Project
    from core.project.records import Change, RunRecord

FEW = 25
"""So many changed runs are read one by one; beyond, all are read anew."""
SETTLES = 120
"""Milliseconds a selection stays before its details are read, so that a held arrow key reads none."""
BAR = ("compare", "again", "command")
MENU = (
    "open",
    "compare",
    "",
    "again",
    "resume",
    "stop",
    "",
    "rename",
    "note",
    "",
    "command",
    "folder",
    "",
    "delete",
)
MORE = ("open", "resume", "stop", "", "rename", "note", "", "folder", "export", "", "delete")
NOTHING_YET = (
    "No runs yet: whatever you run in this project is listed here, with all that is needed to repeat it."
)


class RunsPanel(Panel):
    key, title = "runs", "Runs"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.model = RunModel(self)
        self.table = RunTable(session, self.model)
        self.details = RunDetails(session)
        self.comparison = CompareView(session)
        self.verbs = RunActions(session, self.selected_runs, self.select, self)
        for action in (
            RunAction("compare", "Compare", self.compare_selected, self._why_not_compare),
            RunAction("rename", "Rename", self.table.rename, self._why_not_edit, "F2"),
            RunAction("note", "Write a note", self.edit_note, self._why_not_edit),
            RunAction("export", "Export the table…", self.table.export, self._why_not_export),
            RunAction("delete", "Delete", self.delete, self.verbs.why_not_delete, "Del"),
        ):
            self.verbs.add(action)
        self._loading = False
        self._failed = ""
        self._changed_ids: set[int] = set()
        self._wanted: tuple[int, ...] = ()
        """Runs to be selected once they are there."""
        self._reveal = False
        """Whether no filter may hide them."""
        self._wanted_kind = ""
        """The tab to be shown once there are runs of that kind."""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLES)
        self._settle.timeout.connect(self._read_details)
        self._make_bar()
        self._lay_out()
        self._connect()
        self.refresh()

    # Its parts

    def _make_bar(self) -> None:
        self.kinds = QTabBar()
        self.kinds.setAccessibleName("Kinds of run")
        self.kinds.setDrawBase(False)
        self.kinds.setExpanding(False)
        self.kinds.addTab("All")
        self.kinds.setTabData(0, "")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter: method:omp <2.1 today")
        self.filter.setAccessibleName("Filter the runs")
        self.filter.setToolTip(tooltip(HELP))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(150)
        self.filter.setMaximumWidth(320)
        self.count = theme.styled(QLabel(), role="pill")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = {key: QPushButton(self.verbs.all[key].verb) for key in BAR}
        for key, button in self.buttons.items():
            button.clicked.connect(lambda checked=False, key=key: self.verbs.do(key))
        for key in ("open", "resume", "stop"):
            self.buttons[key] = self.details.offer(self.verbs.all[key].verb, partial(self.verbs.do, key))
        self.more = self._menu_button("More ▾", "More to do with the selected runs", self._fill_more)
        self.columns = self._menu_button(
            "Columns ▾", "Which columns there are, and their order", self.table.fill_columns_menu
        )

    def _menu_button(self, words: str, tip: str, fill: Any) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words.removesuffix(" ▾"))
        button.setToolTip(tip)
        menu = QMenu(button)

        def refill() -> None:
            menu.clear()
            fill(menu)

        menu.aboutToShow.connect(refill)
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        self.head.insertWidget(1, self.kinds)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.filter, 3)
        bar.addWidget(self.count, 0, Qt.AlignmentFlag.AlignVCenter)
        for key in BAR:
            bar.addWidget(self.buttons[key])
        bar.addWidget(self.more)
        bar.addStretch(1)
        bar.addWidget(self.columns)
        self._nothing = theme.styled(QLabel(), role="muted")
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self.mend = QPushButton()
        """Clears the filter, or reads the runs again, where that helps."""
        self._above = QStackedWidget()
        self._above.addWidget(self.table)
        self._above.addWidget(_middle(self._nothing, self.mend))
        self._hint = theme.styled(QLabel(), role="muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._compare_here = QPushButton("Compare them")
        self._compare_here.clicked.connect(lambda: self.verbs.do("compare"))
        self._below = QStackedWidget()
        for widget in (_middle(self._hint, self._compare_here), self.details, self.comparison):
            self._below.addWidget(widget)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(12)
        self._lower = _card(self._below, 0)
        self.split.addWidget(_card(self._above, 8))
        self.split.addWidget(self._lower)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([300, 340])
        for card in (self.split.widget(0), self._lower):
            card.setMinimumHeight(130)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(bar)
        column.addWidget(self.split, 1)
        self.set_page("", page)

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self._on_change)
        session.project_changed.connect(self.refresh)
        session.run_event.connect(self._on_event)
        session.queue_changed.connect(self._enable)
        theme.current().changed.connect(self.table.viewport().update)
        self.kinds.currentChanged.connect(self._narrow)
        self.filter.textChanged.connect(self._narrow)
        self.filter.returnPressed.connect(self.table.setFocus)
        self.table.chosen.connect(self._on_chosen)
        self.table.opened.connect(session.open_run)
        self.table.delete_asked.connect(lambda: self.verbs.do("delete"))
        self.table.menu_asked.connect(lambda menu: self.verbs.fill(menu, MENU))
        self.table.itemDelegate().closeEditor.connect(self._after_edit)
        self.model.renamed.connect(self._write_title)
        self.details.note.written.connect(self._write_note)
        self.comparison.closed.connect(self._close_comparison)
        self.mend.clicked.connect(self._mend)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.find)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._lower)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._close_comparison)

    # Reading the runs

    @Slot()
    def refresh(self) -> None:
        """Read all runs of the project anew."""
        project = self.session.project
        self._changed_ids.clear()
        self.model.editable = project is not None and not project.read_only
        self.details.set_read_only(not self.model.editable)
        if project is None:
            self._show([])
            return
        self._loading, self._failed = True, ""
        self._show_state()
        self.session.ask(_read_all, project, then=self._show, failed=self._say_failed, owner=self, key="runs")

    def _show(self, rows: list[Row]) -> None:
        first = not self.model.total
        self._loading = False
        self.model.replace(rows)
        self._after_rows()
        if first and not self.table.selected() and self.model.rowCount():
            self.table.select_runs([self.model.run_at(0).id])

    def _say_failed(self, error: Exception) -> None:
        self._loading, self._failed = False, f"The runs cannot be read: {error}"
        self._show_state()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" not in change.kinds:
            return
        self._changed_ids |= change.runs
        if self._loading or not change.runs or len(self._changed_ids) > FEW:
            self.refresh()
        else:
            self._read_changed()

    def _read_changed(self) -> None:
        project = self.session.project
        if project is not None and self._changed_ids and not self.table.is_editing:
            self.session.ask(
                _read_some,
                project,
                frozenset(self._changed_ids),
                then=self._take_changed,
                owner=self,
                key="changed",
            )

    def _take_changed(self, read: tuple[frozenset[int], list[Row]]) -> None:
        if self.table.is_editing:  # read again once the editor is closed
            return
        asked, rows = read
        self._changed_ids -= asked
        self.model.update(rows, asked - {row.run.id for row in rows})
        self._after_rows()
        if asked & set(self.table.selected()):
            self._read_details()

    @Slot()
    def _after_edit(self) -> None:
        QTimer.singleShot(0, self, self._read_changed)

    def _after_rows(self) -> None:
        """Other runs may be there than before: the kinds, what was wanted, and the words follow."""
        self._show_kinds()
        there = [run_id for run_id in self._wanted if self.model.find(run_id) is not None]
        if self._reveal and any(self.model.place_of(run_id) is None for run_id in there):
            self.show_all()
        if any(self.model.place_of(run_id) is not None for run_id in there):
            wanted, self._wanted = self._wanted, ()
            self.table.select_runs(wanted)
        self._show_state()
        self._enable()

    def _show_kinds(self) -> None:
        kinds = sorted(self.model.kinds().items(), key=lambda pair: pair[1])
        there = {self.kinds.tabData(tab): tab for tab in range(self.kinds.count())}
        for kind, title in kinds:
            if kind not in there:
                self.kinds.setTabData(self.kinds.addTab(title.replace("&", "&&")), kind)
        for kind, tab in sorted(there.items(), key=lambda pair: -pair[1]):
            if kind and kind not in dict(kinds):
                self.kinds.removeTab(tab)
        for tab in range(self.kinds.count()):
            if self._wanted_kind and self.kinds.tabData(tab) == self._wanted_kind:
                self._wanted_kind = ""
                self.kinds.setCurrentIndex(tab)

    @Slot(int, object)
    def _on_event(self, run_id: int, event: Any) -> None:
        if event.type == "progress":
            share = event.done / event.total if event.total > 0 else None
            self.model.set_progress(run_id, share, event.stage)

    # What is to be seen

    @Slot()
    def _narrow(self) -> None:
        self.model.set_filter(self.filter.text(), self._kind)
        self._show_state()

    @property
    def _kind(self) -> str:
        """Of the tab; empty for all."""
        return str(self.kinds.tabData(self.kinds.currentIndex()) or "")

    def _show_state(self) -> None:
        """The table, or words in its place."""
        words, mend = "", ""
        if self.session.project is None:
            words = "No project is open."
        elif self._failed:
            words, mend = self._failed, "Try again"
        elif self._loading and not self.model.total:
            words = "Reading the runs…"
        elif not self.model.total:
            words = NOTHING_YET
        elif not self.model.rowCount():
            typed = self.filter.text().strip()
            words = (
                f"None of {self.model.total:,} runs match “{typed}”." if typed else "No runs of this kind."
            )
            mend = "Show all runs"
        self._nothing.setText(words)
        self.mend.setText(mend)
        self.mend.setVisible(bool(mend))
        self._above.setCurrentIndex(1 if words else 0)
        self._lower.setVisible(not words or self._is_comparing)
        self._say_count()

    def _say_count(self) -> None:
        selected, shown, total = len(self.table.selected()), self.model.rowCount(), self.model.total
        words = (
            f"{selected:,} selected" if selected > 1 else f"{shown:,} of {total:,}" if shown < total else ""
        )
        self.count.setText(words)
        self.count.setVisible(bool(words))

    @Slot()
    def _mend(self) -> None:
        if self._failed:
            self.refresh()
        else:
            self.show_all()

    def show_all(self) -> None:
        """No filter, all kinds."""
        self.kinds.setCurrentIndex(0)
        self.filter.clear()

    @Slot()
    def find(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    # The selection, and what is shown of it

    def selected_runs(self) -> list[RunRecord]:
        """As the list has them, without results; newest last."""
        return [run for run_id in self.table.selected() if (run := self.model.find(run_id)) is not None]

    def select(self, ids: Sequence[int], *, reveal: bool = False) -> None:
        """Select runs as soon as they are there; with `reveal`, no filter hides them."""
        self._wanted, self._reveal = tuple(ids), reveal
        self._after_rows()

    @Slot()
    def _on_chosen(self) -> None:
        selected = self.table.selected()
        if selected and not set(selected) <= set(self._wanted):
            self._wanted = ()  # a person went elsewhere meanwhile
        self._say_count()
        self._enable()
        if len(selected) == 1:
            self._settle.start()
            return
        self._settle.stop()
        self.details.clear()
        if not self._is_comparing:
            self._show_hint()
        elif selected and set(selected) != set(self.comparison.ids):
            self.comparison.compare(selected)

    def _show_hint(self) -> None:
        """What to do next, where neither one run nor a comparison is to be shown."""
        selected = len(self.table.selected())
        self._hint.setText(
            f"{selected:,} runs are selected."
            if selected > 1
            else "Select a run to see what it asked for and what came of it; two or more to compare them."
        )
        self._compare_here.setVisible(selected > 1)
        self._below.setCurrentIndex(0)

    @Slot()
    def _read_details(self) -> None:
        project, selected = self.session.project, self.table.selected()
        if project is None or not selected:
            return
        if len(selected) == 1:
            self.session.ask(
                read_whole, project, selected[0], then=self._show_details, owner=self, key="details"
            )
        elif self._is_comparing:
            self.comparison.compare(self.comparison.ids)

    def _show_details(self, whole: WholeRun) -> None:
        if self.table.selected() == (whole.run.id,):
            self.details.show_run(whole)
            self._below.setCurrentWidget(self.details)

    @property
    def _is_comparing(self) -> bool:
        return self._below.currentWidget() is self.comparison

    def compare_selected(self) -> None:
        self.compare(self.table.selected())

    def compare(self, ids: Sequence[int]) -> None:
        """Show these runs (two or more) side by side, in this order, and select them."""
        self._below.setCurrentWidget(self.comparison)
        self.comparison.compare(ids)
        self.select(ids, reveal=True)

    @Slot()
    def _close_comparison(self) -> None:
        if self._is_comparing:
            self._show_hint()
            self._on_chosen()
            self.table.setFocus()

    # What a person does

    @Slot()
    def _enable(self) -> None:
        """Buttons that cannot do anything now say why."""
        for key, button in self.buttons.items():
            action = self.verbs.all[key]
            why = action.why_not()
            button.setEnabled(not why)
            button.setToolTip(tooltip(why))
            button.setAccessibleDescription(why)
            if key not in BAR:  # beside one run, only what can be done with it
                button.setVisible(not why)

    def _fill_more(self, menu: QMenu) -> None:
        self.verbs.fill(menu, MORE)

    def delete(self) -> None:
        self.verbs.delete(self.table.neighbour())

    def edit_note(self) -> None:
        self.details.note.setFocus()
        self.details.ensureWidgetVisible(self.details.note)

    @Slot(int, str)
    def _write_title(self, run_id: int, title: str) -> None:
        self._write(lambda project: project.rename_run(run_id, title))

    @Slot(int, str)
    def _write_note(self, run_id: int, note: str) -> None:
        self._write(lambda project: project.set_note(run_id, note))

    def _write(self, change: Any) -> None:
        project = self.session.project
        if project is not None and not project.read_only:
            self.session.follow(change(project), failed=self._take_back, owner=self)

    def _take_back(self, error: Exception) -> None:
        """What could not be written is not shown as if it were."""
        self.session.report(error)
        self.refresh()

    def _why_not_compare(self) -> str:
        return "" if len(self.table.selected()) > 1 else "Select two or more runs to compare them"

    def _why_not_edit(self) -> str:
        if not self.model.editable:
            return READ_ONLY
        selected = len(self.table.selected())
        return "" if selected == 1 else ONE_ONLY if selected else NONE_SELECTED

    def _why_not_export(self) -> str:
        return "" if self.model.rowCount() else "There is nothing in the table"

    # What the window asks

    def show_run(self, run: RunRecord) -> None:
        self.select([run.id], reveal=True)

    def view_state(self) -> dict[str, Any]:
        return {
            "kind": self._kind,
            "filter": self.filter.text(),
            "split": self.split.sizes(),
            **self.table.columns_state(),
        }

    def restore_view(self, state: dict[str, Any]) -> None:
        self.table.restore_columns(state)
        if not self._wanted and not self._is_comparing:  # nobody came for certain runs
            self._wanted_kind = str(state.get("kind") or "")
            self.filter.setText(str(state.get("filter") or ""))
            self._show_kinds()
        sizes = state.get("split")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) for size in sizes):
            self.split.setSizes(sizes)

    def commands(self) -> list[Command]:
        def command(key: str, title: str) -> Command:
            action = self.verbs.all[key]
            return Command(
                f"runs.{key}", title, action.run, enabled=lambda: self.isVisible() and not action.why_not()
            )

        return [
            command("compare", "Compare the selected runs"),
            command("again", "Run the selected run again"),
            command("resume", "Resume the selected run"),
            command("stop", "Stop the selected run"),
            command("rename", "Rename the selected run"),
            command("note", "Write a note to the selected run"),
            command("command", "Show the command of the selected run"),
            command("folder", "Open the folder of the selected run"),
            command("delete", "Delete the selected runs"),
            command("export", "Export the table of runs"),
            Command("runs.filter", "Filter the runs", self.find, enabled=self.isVisible),
        ]


def _read_all(project: Project) -> list[Row]:
    return [make_row(run) for run in project.runs()]


def _read_some(project: Project, ids: frozenset[int]) -> tuple[frozenset[int], list[Row]]:
    """The numbers asked for, and the rows of those that are there (still) and not in the bin."""
    from core.errors import UserError

    rows = []
    for run_id in ids:
        try:
            run = project.run(run_id)
        except UserError:  # gone for good
            continue
        if not run.deleted:
            rows.append(make_row(run))
    return ids, rows


def _middle(words: QLabel, button: QPushButton) -> QWidget:
    """Words and what to do about them, in the middle of the room there is."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(24, 8, 24, 8)
    column.setSpacing(12)
    column.addStretch(2)
    column.addWidget(words)
    column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(3)
    return page


def _card(inner: QWidget, margin: int) -> QFrame:
    card = theme.styled(QFrame(), card="plain")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.addWidget(inner)
    return card
