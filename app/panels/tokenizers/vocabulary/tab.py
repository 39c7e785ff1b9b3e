"""Vocabulary: every token of a tokenizer, searched and filtered, or held against another's."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from app import theme
from app.figures import count
from app.panels.tab import Tab
from app.panels.tokenizers.names import sample_tokenizer, shortened, tokenizer_name
from app.panels.tokenizers.vocabulary.model import PAGE, heads, raw_row
from app.panels.tokenizers.vocabulary.search_bar import SearchBar
from app.panels.tokenizers.vocabulary.table import VocabularyTable
from app.widgets.dropped import tell_apart
from app.widgets.form import FieldBox
from app.widgets.form_schema import Field
from app.widgets.known_paths import remember_pick
from app.widgets.notice import Notice
from app.widgets.segmented import Segmented
from app.widgets.stacked_bar import Part, StackedBar
from app.widgets.table import csv_text
from app.widgets.words import Words
from core.tokenizers.live.request import AskNote, AskVocabulary

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import Change
    from core.tokenizers.live.result import Note, VocabularyPage

EXPORTED = 2_000
"""Tokens asked for at once when all are exported."""
PATIENCE = 250
"""Milliseconds before it is said that an answer is waited for."""
EMPTY = (
    "Look through a vocabulary: search its tokens by text, expression, id or bytes, filter them by kind and "
    "script, or choose a second tokenizer to see what only one of the two has."
)
SIDES = (("all", "All"), ("first", "Only the first"), ("both", "Both"), ("second", "Only the second"))


class VocabularyTab(Tab):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._touched = False
        self._asked: AskVocabulary | None = None
        self._exporting = False
        self._sort, self._descending = "id", False
        self._shown: tuple[Path | None, Path | None] = (None, None)
        """The tokenizers whose tokens are in the table."""
        self._noted: dict[str, Path | None] = {}
        """Field → the tokenizer that its note is about."""
        self.first = FieldBox(
            Field(
                path=("tokenizer",),
                title="Tokenizer",
                kind="path",
                help="A file or folder of any format, or a named encoding.",
                input="tokenizer",
            ),
            session,
        )
        self.second = FieldBox(
            Field(
                path=("other",),
                title="Held against",
                kind="path",
                help="A second one, to see what only one of the two has.",
                input="tokenizer",
                nullable=True,
                none="No other",
            ),
            session,
        )
        self.search = SearchBar()
        self.sides = Segmented("Tokens of", SIDES)
        self.overlap = StackedBar("Tokens of both vocabularies")
        self.table = VocabularyTable(session)
        self.number = theme.styled(QLabel(), role="muted")
        self.number.setFont(theme.figures_font())
        self.problem = Words(role="error")
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy the chosen tokens")
        self.export = QPushButton("Export…")
        self.notice = Notice("tokenizers", EMPTY)
        self.sample = theme.styled(QPushButton("Look through the sample tokenizer"), kind="primary")
        self.retry = QPushButton("Try again")
        self._lay_out()
        self._connect()
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(PATIENCE)
        self._waiting.timeout.connect(self._say_waiting)
        self._show_empty()

    def _lay_out(self) -> None:
        card = theme.styled(QFrame(), card="plain")
        pickers = QHBoxLayout()
        pickers.setSpacing(16)
        pickers.addWidget(self.first, 1)
        pickers.addWidget(self.second, 1)
        top = QVBoxLayout(card)
        top.setContentsMargins(16, 12, 16, 14)
        top.setSpacing(10)
        top.addLayout(pickers)
        listed = theme.styled(QFrame(), card="plain")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.number)
        foot.addStretch(1)
        foot.addWidget(self.sides)
        foot.addStretch(1)
        foot.addWidget(self.copy)
        foot.addWidget(self.export)
        below = QVBoxLayout(listed)
        below.setContentsMargins(16, 12, 16, 12)
        below.setSpacing(10)
        below.addWidget(self.search)
        below.addWidget(self.problem)
        below.addWidget(self.overlap)
        below.addLayout(foot)
        below.addWidget(self.table, 1)
        for button in (self.sample, self.retry):
            self.notice.foot.addWidget(button)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.notice)
        self.pages.addWidget(listed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card)
        column.addWidget(self.pages, 1)
        self.problem.hide()

    def _connect(self) -> None:
        self.first.editor.changed.connect(self._on_first)
        self.second.editor.changed.connect(self.look)
        self.search.changed.connect(self.look)
        self.search.line.returnPressed.connect(self._enter_table)
        self.sides.chosen.connect(self.look)
        self.overlap.part_chosen.connect(self.sides.choose)
        self.table.page_wanted.connect(self._ask_page)
        self.table.entries.ordered.connect(self._order)
        self.table.export_asked.connect(self.export_all)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.copy.clicked.connect(self.table.copy)
        self.export.clicked.connect(self.table.export)
        self.sample.clicked.connect(lambda: self.open([Path(sample_tokenizer())]))
        self.retry.clicked.connect(self.look)
        self.session.changed.connect(self._on_change)
        self.session.project_changed.connect(self._offer_known)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.search.line.setFocus)
        self._offer_known()

    # What is asked

    @property
    def chosen(self) -> tuple[Path | None, Path | None]:
        values = [self.first.editor.value(), self.second.editor.value()]
        first, second = (Path(value) if value else None for value in values)
        return first, second

    def open(self, tokenizers: list[Path]) -> None:
        """Show a vocabulary, or the first two side by side."""
        self._touched = True
        second = str(tokenizers[1]) if len(tokenizers) > 1 else None
        self.first.editor.set_value(str(tokenizers[0]))
        self.second.editor.set_value(second)
        self._on_first()

    @Slot()
    def _on_first(self) -> None:
        self._touched = True
        self._sort, self._descending = "id", False
        self.look()

    @Slot()
    def look(self) -> None:
        """Ask for what is wanted now, from its start."""
        first, second = self.chosen
        if first is None:
            self._show_empty()
            return
        side: Any = self.sides.key if second is not None else "all"
        self._asked = AskVocabulary(
            first,
            second,
            side=side,
            sort=self._sort,  # type: ignore[arg-type]
            descending=self._descending,
            count=PAGE,
            **self.search.asked(),
        )
        self._waiting.start()
        self._ask(self._asked, self._show_first)
        for box, path in ((self.first, first), (self.second, second)):
            self._ask_note(box, path)

    def _ask_note(self, box: FieldBox, path: Path | None) -> None:
        """What the tokenizer is, in the line under its field; asked once."""
        key = box.field.key
        if self._noted.get(key) == path:
            return
        self._noted[key] = path
        box.say("", "")
        if path is not None:
            self.session.live.ask(
                AskNote(path),
                then=partial(self._say_note, box),
                failed=partial(self._say_fault, box),
                owner=self,
                key=key,
            )

    def _ask(self, question: AskVocabulary, then: Any) -> None:
        self.session.live.ask(question, then=then, failed=self._failed, owner=self, key="page")

    @Slot(int)
    def _ask_page(self, page: int) -> None:
        if self._asked is not None:
            self._ask(replace(self._asked, start=page * PAGE), lambda answer: self._show_page(page, answer))

    @Slot(str, bool)
    def _order(self, key: str, descending: bool) -> None:
        key = key or "id"
        if (key, descending) != (self._sort, self._descending):
            self._sort, self._descending = key, descending
            self.look()

    # What is answered

    def _say_note(self, box: FieldBox, note: Note) -> None:
        """``SentencePiece · BPE, 32,768 tokens · changes white space``, and what was assumed."""
        sentence = f"{note.sentence[:1].upper()}{note.sentence[1:]}"
        box.say("\n".join([" · ".join([note.format, sentence, *note.badges]), *note.notes]), "")

    def _say_fault(self, box: FieldBox, error: Exception) -> None:
        self._noted.pop(box.field.key, None)
        box.say("", str(error))

    def _show_first(self, answer: VocabularyPage) -> None:
        self._waiting.stop()
        first, second = self.chosen
        self.pages.setCurrentIndex(1)
        self.problem.say(answer.problem)
        theme.styled(self.search.line, invalid=bool(answer.problem))
        if answer.problem:
            self.number.setText("")
            return
        self._shown = first, second
        for path in filter(None, (first, second)):
            remember_pick("tokenizer", path)
        names = [_name(path) for path in (first, second)]
        header = self.table.horizontalHeader()
        sorted_by = header.sortIndicatorSection(), header.sortIndicatorOrder()
        columns = heads(*names)
        if len(columns) != len(self.table.entries.heads):
            sorted_by = -1, sorted_by[1]
        self.table.set_title(" and ".join(filter(None, names)) + " vocabulary")
        self.table.entries.show(columns, answer.found, answer.entries)
        if not self.search.line.text():
            self.table.hide_scores(all(entry.score is None for entry in answer.entries))
        header.setSortIndicator(*sorted_by)
        self.table.scrollToTop()
        self._show_sizes(answer, *names)
        self.number.setText(f"{count(answer.found)} {'token' if answer.found == 1 else 'tokens'}")
        self._enable()

    def _show_sizes(self, answer: VocabularyPage, first: str, second: str) -> None:
        """How large the difference is; hidden where there is one vocabulary."""
        for widget in (self.sides, self.overlap):
            widget.setVisible(bool(second))
        if not second:
            return
        sizes = (answer.only_first or 0, answer.both or 0, answer.only_second or 0)
        labels = (f"only {first}", "both", f"only {second}")
        keys, colors = ("first", "both", "second"), ("before", "copied", "after")
        for key, label in zip(keys, labels, strict=True):
            self.sides.buttons[key].setText(f"{label[:1].upper()}{label[1:]}")
        self.overlap.show_parts(
            [
                Part(key, label, size, color, "Choose it to see only these.", opens=True)
                for key, label, size, color in zip(keys, labels, sizes, colors, strict=True)
            ]
        )

    def _show_page(self, page: int, answer: VocabularyPage) -> None:
        self.table.entries.take(page, answer.entries)
        if answer.entries:
            self.table.ask_missing()

    def _failed(self, error: Exception) -> None:
        """A tokenizer that cannot be read is told on the page."""
        self._waiting.stop()
        self.notice.sign.show_icon("failed", "error")
        self.notice.words.setText(str(error))
        self.sample.hide()
        self.retry.show()
        self.pages.setCurrentIndex(0)

    def _show_empty(self) -> None:
        self._asked = None
        self._waiting.stop()
        self.notice.sign.show_icon("tokenizers", "muted")
        self.notice.words.setText(EMPTY)
        self.sample.setVisible(bool(sample_tokenizer()))
        self.retry.hide()
        self.pages.setCurrentIndex(0)
        self._noted.clear()
        for box in (self.first, self.second):
            box.say("", "")
        for widget in (self.sides, self.overlap):
            widget.hide()
        self._enable()

    @Slot()
    def _say_waiting(self) -> None:
        first, _ = self.chosen
        if self.pages.currentIndex() == 1 and self._shown == self.chosen:
            self.number.setText("Looking…")
        elif first is not None:
            self.notice.sign.show_icon("tokenizers", "muted")
            self.notice.words.setText(f"Opening {tokenizer_name(first)}…")
            self.sample.hide()
            self.retry.hide()
            self.pages.setCurrentIndex(0)

    def _enable(self) -> None:
        self.copy.setEnabled(self.table.selectionModel().hasSelection())
        self.export.setEnabled(self.table.entries.found > 0 and not self._exporting)

    # What a person does

    @Slot()
    def export_all(self) -> None:
        """Ask for a file, read all that was found, write it as CSV."""
        if self._asked is None or self._exporting:
            return
        path = self.table.ask_file()
        if path is not None:
            self._exporting = True
            self._enable()
            columns = self.table.entries.heads
            self._gather(replace(self._asked, start=0, count=EXPORTED), path, [[h.title for h in columns]])

    def _gather(self, question: AskVocabulary, path: Path, rows: list[list[str]]) -> None:
        columns = self.table.entries.heads if len(rows) == 1 else None

        def took(answer: VocabularyPage) -> None:
            kept = columns or heads(*(_name(place) for place in (question.tokenizer, question.other)))
            rows.extend(raw_row(entry, kept) for entry in answer.entries)
            self.number.setText(f"Reading {count(len(rows) - 1)} of {count(answer.found)}…")
            if answer.entries and len(rows) - 1 < answer.found:
                self._gather(replace(question, start=len(rows) - 1), path, rows)
                return
            self._exporting = False
            self.number.setText(f"{count(self.table.entries.found)} tokens")
            self._enable()
            self.table.write_file(path, csv_text(rows))

        def failed(error: Exception) -> None:
            self._exporting = False
            self._enable()
            self.session.report(error)

        self.session.live.ask(question, then=took, failed=failed, owner=self, key="export")

    @Slot()
    def _enter_table(self) -> None:
        """From what was looked for to what was found."""
        if self.table.entries.found and self.table.isVisible():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.selectRow(0)

    @Slot()
    def _offer_known(self) -> None:
        for box in (self.first, self.second):
            box.editor.offer_known()  # type: ignore[attr-defined]

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change.kinds & {"assets", "runs"}:
            self._offer_known()

    # What the panel asks of a tab

    def drop(self, paths: list[Path]) -> bool:
        """One tokenizer is shown, two are held against each other."""
        found = tell_apart(paths)
        tokenizers = [*found.tokenizers, *found.models]
        tokenizers += [path for path in paths if not path.exists() and path.name == str(path)]  # by name
        if not tokenizers:
            return False
        self.open(tokenizers[:2])
        return True

    def state(self) -> dict[str, Any]:
        first, second = self.chosen
        return {
            "tokenizer": str(first) if first else None,
            "other": str(second) if second else None,
            "side": self.sides.key,
            **self.search.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        if self._touched:
            return
        self.search.restore(state)
        self.sides.choose(str(state.get("side", "")))
        first, other = state.get("tokenizer", sample_tokenizer()), state.get("other")
        if isinstance(first, str) and first:
            self.first.editor.set_value(first)
            self.second.editor.set_value(other if isinstance(other, str) else None)
            self.look()


def _name(path: Path | None) -> str:
    return shortened(tokenizer_name(path)) if path is not None else ""
