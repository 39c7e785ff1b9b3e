"""Runs: all that was run in this project, to be found again, compared, repeated and tidied up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app import theme
from app.commands import Command
from app.panels.panel import Panel
from app.panels.runs.actions import NONE_SELECTED, ONE_ONLY, READ_ONLY, RunAction, RunActions
from app.panels.runs.bar import KindTabs, RunBar
from app.panels.runs.feed import RunFeed
from app.panels.runs.model import RunModel
from app.panels.runs.selection_view import SelectionView, words_and_button
from app.panels.runs.table import RunTable

if TYPE_CHECKING:
    from app.session import Session
    from core.project.project import Project
    from core.project.records import Excerpt, RunRecord

MENU = (
    *("open", "compare", "", "again", "resume", "stop", "", "rename", "note"),
    *("", "command", "folder", "", "delete"),
)
BESIDE = ("open", "resume", "stop")
"""Buttons beside the name of the run shown in full, there while they can be pressed."""
NOTHING_YET = (
    "No runs yet: whatever you run in this project is listed here, with all that is needed to repeat it."
)
REST = 250
"""Milliseconds of quiet before what was typed is looked for in texts."""
SHORTEST = 3
"""Letters of a word that is looked for there."""
LEAST_HEIGHT = 130
"""Of the table, and of what is below it."""


class RunsPanel(Panel):
    key, title = "runs", "Runs"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.model = RunModel(self)
        self.table = RunTable(session, self.model)
        self.feed = RunFeed(session, self.model, lambda: self.table.is_editing, self)
        self.view = SelectionView(session)
        self.verbs = RunActions(session, self.selected_runs, self.select, self)
        for action in (
            RunAction("compare", "Compare", self.compare_selected, self._why_not_compare),
            RunAction("rename", "Rename", self.table.rename, self._why_not_edit, "F2"),
            RunAction("note", "Write a note", self.view.details.edit_note, self._why_not_edit),
            RunAction("export", "Export the table…", self.table.export, self._why_not_export),
            RunAction("delete", "Delete", self.delete, self.verbs.why_not_delete, "Del"),
        ):
            self.verbs.add(action)
        self.kinds = KindTabs()
        self.bar = RunBar(self.verbs, self.table.fill_columns_menu)
        self._wanted: tuple[int, ...] = ()
        """Runs to be selected once they are there."""
        self._reveal = False
        """Whether no filter may hide them."""
        self._seeking = QTimer(self)
        self._seeking.setSingleShot(True)
        self._seeking.setInterval(REST)
        self._fresh = True
        """Whether the newest run is to be shown, once the runs are read."""
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        self.head.insertWidget(1, self.kinds)
        self.words = QLabel()
        """In the place of the table, where there is nothing in it."""
        self.mend = QPushButton()
        """Clears the filter, or reads the runs again, where that helps."""
        self._above = QStackedWidget()
        self._above.addWidget(self.table)
        self._above.addWidget(words_and_button(self.words, self.mend))
        for key in BESIDE:
            self.view.details.offer(self.verbs.button(key, only_when_possible=True))
        self._lower = _card(self.view, 0)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(12)
        for place, card in enumerate((_card(self._above, 8), self._lower)):
            card.setMinimumHeight(LEAST_HEIGHT)
            self.split.addWidget(card)
            self.split.setStretchFactor(place, 1)
        self.split.setSizes([300, 340])
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.bar)
        column.addWidget(self.split, 1)
        self.set_page("", page)

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self.refresh)
        session.queue_changed.connect(self.verbs.refresh)
        self.feed.updated.connect(self._on_rows)
        self.feed.state_changed.connect(self._show_state)
        theme.current().changed.connect(self.table.viewport().update)
        self.kinds.currentChanged.connect(self._narrow)
        self.bar.filter.textChanged.connect(self._narrow)
        self.bar.filter.textChanged.connect(lambda _: self._seeking.start())
        self._seeking.timeout.connect(self._seek)
        self.bar.filter.returnPressed.connect(self.table.setFocus)
        self.table.chosen.connect(self._on_chosen)
        self.table.opened.connect(session.open_run)
        self.table.delete_asked.connect(lambda: self.verbs.do("delete"))
        self.table.menu_asked.connect(lambda menu: self.verbs.fill(menu, MENU))
        self.table.itemDelegate().closeEditor.connect(
            lambda: QTimer.singleShot(0, self.feed, self.feed.go_on)
        )
        self.model.renamed.connect(self._write_title)
        self.view.details.note.written.connect(self._write_note)
        self.view.compare_asked.connect(lambda: self.verbs.do("compare"))
        self.view.comparison.closed.connect(self._close_comparison)
        self.mend.clicked.connect(self._mend)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.bar.focus_filter)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.view.comparison, self._close_comparison)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # What is to be seen

    @Slot()
    def refresh(self) -> None:
        """Read all runs of the project anew."""
        project = self.session.project
        self._fresh = True
        self.model.editable = project is not None and not project.read_only
        self.view.details.set_read_only(not self.model.editable)
        self.feed.refresh()

    @Slot(frozenset)
    def _on_rows(self, changed: frozenset[int]) -> None:
        """Other runs may be there than before: the kinds, what was wanted and the words follow."""
        self._arrive()
        if self.model.words:
            self._seeking.start()
        if self._fresh and not changed and not self._wanted and self.model.rowCount():
            self._fresh = False
            if not self.table.selected():
                self.table.select_runs([self.model.run_at(0).id])
        if changed & set(self.table.selected()) or (self.view.is_comparing and not changed):
            self.view.refresh()

    def _arrive(self) -> None:
        """Select what was wanted, as far as it is there."""
        self.kinds.follow(self.model)
        there = [run_id for run_id in self._wanted if self.model.find(run_id) is not None]
        if self._reveal and any(self.model.place_of(run_id) is None for run_id in there):
            self.show_all()
        if any(self.model.place_of(run_id) is not None for run_id in there):
            wanted, self._wanted = self._wanted, ()
            self.table.select_runs(wanted)
        self._show_state()
        self.verbs.refresh()

    @Slot()
    def _narrow(self) -> None:
        self.model.set_filter(self.bar.filter.text(), self.kinds.kind)
        self._show_state()

    @Slot()
    def _seek(self) -> None:
        """Look for the filter's words in the texts of all runs, which takes a while."""
        words = [word for word in self.model.words if len(word) >= SHORTEST]
        project = self.session.project
        if not words or project is None:
            self._found({})
            return
        self.session.ask(_find, project, words, then=self._found, owner=self, key="found")

    def _found(self, found: dict[str, dict[int, Excerpt]]) -> None:
        self.model.set_found(found)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """The table, or words in its place."""
        words, mend = self._state()
        self.words.setText(words)
        self.mend.setText(mend)
        self.mend.setVisible(bool(mend))
        self._above.setCurrentIndex(1 if words else 0)
        self._lower.setVisible(not words or self.view.is_comparing)
        self.bar.show_count(len(self.table.selected()), self.model.rowCount(), self.model.total)

    def _state(self) -> tuple[str, str]:
        """Why there is no table, and the verb that mends it; empty when there is one."""
        if self.session.project is None:
            return "No project is open.", ""
        if self.feed.failed:
            return self.feed.failed, "Try again"
        if not self.model.total:
            return "Reading the runs…" if self.feed.loading else NOTHING_YET, ""
        if self.model.rowCount():
            return "", ""
        typed = self.bar.filter.text().strip()
        words = f"None of {self.model.total:,} runs match “{typed}”." if typed else "No runs of this kind."
        return words, "Show all runs"

    @Slot()
    def _mend(self) -> None:
        if self.feed.failed:
            self.refresh()
        else:
            self.show_all()

    def show_all(self) -> None:
        """No filter, all kinds."""
        self.kinds.setCurrentIndex(0)
        self.bar.filter.clear()

    # The selection

    def selected_runs(self) -> list[RunRecord]:
        """As the list has them, without results; newest last."""
        return [run for run_id in self.table.selected() if (run := self.model.find(run_id)) is not None]

    def select(self, ids: Sequence[int], *, reveal: bool = False) -> None:
        """Select runs as soon as they are there; with `reveal`, no filter hides them."""
        self._wanted, self._reveal = tuple(ids), reveal
        self._arrive()

    @Slot()
    def _on_chosen(self) -> None:
        selected = self.table.selected()
        if selected and not set(selected) <= set(self._wanted):
            self._wanted = ()  # a person went elsewhere meanwhile
        self.bar.show_count(len(selected), self.model.rowCount(), self.model.total)
        self.verbs.refresh()
        self.view.show_selection(selected)

    def compare(self, ids: Sequence[int]) -> None:
        """Show these runs (two or more) side by side, in this order, and select them."""
        self.view.compare(ids)
        self.select(ids, reveal=True)

    def compare_selected(self) -> None:
        self.compare(self.table.selected())

    @Slot()
    def _close_comparison(self) -> None:
        if self.view.is_comparing:
            self.view.close_comparison()
            self._show_state()
            self.table.setFocus()

    # What a person does

    def delete(self) -> None:
        self.verbs.delete(self.table.neighbour())

    @Slot(int, str)
    def _write_title(self, run_id: int, title: str) -> None:
        project = self.session.project
        if project is not None:
            self.session.follow(project.rename_run(run_id, title), failed=self._take_back, owner=self)

    @Slot(int, str)
    def _write_note(self, run_id: int, note: str) -> None:
        project = self.session.project
        if project is not None:
            self.session.follow(project.set_note(run_id, note), failed=self._take_back, owner=self)

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
            "kind": self.kinds.kind,
            "filter": self.bar.filter.text(),
            "split": self.split.sizes(),
            **self.table.columns_state(),
        }

    def restore_view(self, state: dict[str, Any]) -> None:
        self.table.restore_columns(state)
        if not self._wanted and not self.view.is_comparing:  # nobody came for certain runs
            self.kinds.want(str(state.get("kind") or ""), self.model)
            self.bar.filter.setText(str(state.get("filter") or ""))
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
            Command("runs.filter", "Filter the runs", self.bar.focus_filter, enabled=self.isVisible),
        ]


def _find(project: Project, words: Sequence[str]) -> dict[str, dict[int, Excerpt]]:
    return {word: project.find_text(word) for word in words}


def _card(inner: QWidget, margin: int) -> QFrame:
    card = theme.styled(QFrame(), card="plain")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.addWidget(inner)
    return card
