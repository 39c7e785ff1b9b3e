from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.vocabulary.tab import EMPTY, VocabularyTab
from app.session import Session
from core.errors import UserError
from core.project.project import Project
from core.tokenizers.live.request import AskNote, AskVocabulary
from core.tokenizers.live.result import Entry, Note, VocabularyPage
from tests.app.conftest import RecordedDialogs
from tests.app.panels.tokenizers.conftest import MadeUpLive
from tests.app.test_accessibility import nameless

SIZE = 5_000


def entry(id: int, other: int | None = None) -> Entry:
    text = f" word{id}"
    return Entry(id, other, text.replace(" ", "Ġ"), text.encode(), "text", None)


def answer(question: Any) -> Any:
    """A vocabulary of ``word0``, ``word1``…; a query leaves three, and two vocabularies share most."""
    if isinstance(question, AskNote):
        return Note(question.tokenizer, "made-up", "tokenizer.json", "BPE, 5,000 tokens", SIZE)
    found = SIZE if not question.query else 3
    sizes = {"only_first": 10, "both": 4_980, "only_second": 20} if question.other else {}
    if question.regex and question.query == "(":
        return VocabularyPage((), 0, problem="That is no regular expression: missing ).", **sizes)
    end = min(found, question.start + min(question.count, 2_000))
    other = 7 if question.other else None
    entries = tuple(entry(number, other) for number in range(question.start, end))
    return VocabularyPage(entries, found, **sizes)


@pytest.fixture
def tab(live: MadeUpLive, project: Project, show_tab: Callable[..., Any]) -> VocabularyTab:
    live.answer = answer
    made: VocabularyTab = show_tab(VocabularyTab)
    return made


def shown(tab: VocabularyTab, row: int) -> list[str]:
    model = tab.table.model()
    return [str(model.index(row, column).data()) for column in tab.table.shown_columns()]


def asked(live: MadeUpLive) -> AskVocabulary:
    question: AskVocabulary = live.of(AskVocabulary)[-1]
    return question


def test_that_it_begins_with_the_sample_tokenizer(tab: VocabularyTab) -> None:
    assert tab.number.text() == "5,000 tokens"
    assert shown(tab, 0) == ["0", "·word0", "20 77 6F 72 64 30", "6", "text"]
    assert tab.first.line == "tokenizer.json · BPE, 5,000 tokens"
    assert not tab.sides.isVisible()
    assert nameless(tab) == []


def test_that_what_a_tokenizer_loses_and_what_was_assumed_stands_under_its_field(
    live: MadeUpLive, tab: VocabularyTab, tmp_path: Path
) -> None:
    note = Note(tmp_path, "x", "GGUF", "bPE, 3 tokens", 3, ("puts into lower case",), ("It was assumed.",))
    live.answer = lambda question: note if isinstance(question, AskNote) else answer(question)
    (tmp_path / "x.gguf").write_bytes(b"\0")
    tab.drop([tmp_path / "x.gguf"])
    assert tab.first.line == "GGUF · BPE, 3 tokens · puts into lower case\nIt was assumed."


def test_that_pages_come_while_it_is_scrolled(qtbot: QtBot, live: MadeUpLive, tab: VocabularyTab) -> None:
    assert tab.table.model().rowCount() == SIZE
    assert [question.start for question in live.of(AskVocabulary)] == [0]
    tab.table.scrollToBottom()
    qtbot.waitUntil(lambda: shown(tab, SIZE - 1)[0] == str(SIZE - 1))
    assert [question.start for question in live.of(AskVocabulary)] == [0, SIZE - 200]
    assert tab.table.entries.entry(2_500) is None


@pytest.mark.parametrize(
    ("typed", "query", "regex"),
    [(" the", " the", False), ("/^ing$/", "^ing$", True), ("#12", "#12", False), ("0xE4B8", "0xE4B8", False)],
)
def test_that_what_is_typed_is_looked_for(
    qtbot: QtBot, live: MadeUpLive, tab: VocabularyTab, typed: str, query: str, regex: bool
) -> None:
    qtbot.keyClicks(tab.search.line, typed)
    qtbot.waitUntil(lambda: tab.number.text() == "3 tokens")
    assert (asked(live).query, asked(live).regex) == (query, regex)


def test_that_return_goes_from_the_search_to_what_was_found(qtbot: QtBot, tab: VocabularyTab) -> None:
    tab.search.line.setFocus()
    qtbot.keyClick(tab.search.line, Qt.Key.Key_Return)
    assert tab.table.hasFocus()
    assert [index.row() for index in tab.table.selectionModel().selectedRows()] == [0]


def test_that_a_broken_expression_is_told_and_mended(
    qtbot: QtBot, live: MadeUpLive, tab: VocabularyTab
) -> None:
    tab.search.line.setText("/(/")
    qtbot.waitUntil(tab.problem.isVisible)
    assert tab.problem.text() == "That is no regular expression: missing )."
    tab.search.line.setText("")
    qtbot.waitUntil(lambda: not tab.problem.isVisible())
    assert tab.number.text() == "5,000 tokens"


def test_that_kinds_scripts_and_orders_are_asked_for(live: MadeUpLive, tab: VocabularyTab) -> None:
    tab.search.kind.setCurrentIndex(tab.search.kind.findData("special"))
    tab.search.script.setCurrentIndex(tab.search.script.findData("Arabic"))
    tab.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    question = asked(live)
    assert (question.kind, question.script) == ("special", "Arabic")
    assert (question.sort, question.descending) == ("length", True)
    tab.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert (asked(live).sort, asked(live).descending) == ("id", False)


def test_that_two_vocabularies_are_held_against_each_other(
    live: MadeUpLive, tab: VocabularyTab, tmp_path: Path
) -> None:
    for name in ("one.model", "two.model"):
        (tmp_path / name).write_bytes(b"\0")
    assert tab.drop([tmp_path / "one.model", tmp_path / "two.model"])
    assert asked(live).other == tmp_path / "two.model"
    assert [(part.label, part.amount) for part in tab.overlap.parts] == [
        ("only one.model", 10),
        ("both", 4_980),
        ("only two.model", 20),
    ]
    assert shown(tab, 3)[:2] == ["3", "7"]
    tab.overlap.part_chosen.emit("second")
    assert asked(live).side == "second"
    tab.second.editor.set_value(None)
    tab.look()
    assert (asked(live).other, asked(live).side) == (None, "all")
    assert not tab.overlap.isVisible()


def test_that_chosen_rows_are_copied_and_those_not_read_are_not_taken_for_empty(
    qtbot: QtBot, session: Session, tab: VocabularyTab
) -> None:
    assert not tab.copy.isEnabled()
    tab.table.selectRow(2)
    tab.copy.click()
    assert QGuiApplication.clipboard().text().splitlines()[1].split("\t")[:2] == ["2", "word2"]
    tab.table.selectAll()
    with qtbot.waitSignal(session.message) as said:
        tab.copy.click()
    assert "export the table" in said.args[0]


def test_that_all_that_was_found_is_exported(
    qtbot: QtBot, session: Session, dialogs: RecordedDialogs, tab: VocabularyTab, tmp_path: Path
) -> None:
    dialogs.foresee("save_file", tmp_path / "found.csv")
    with qtbot.waitSignal(session.message):
        tab.export.click()
    lines = (tmp_path / "found.csv").read_text().splitlines()
    assert len(lines) == SIZE + 1
    assert lines[0] == "id,token,bytes,length,kind,score"
    assert lines[-1] == "4999, word4999,20 77 6F 72 64 34 39 39 39,9,text,"


def test_that_a_tokenizer_that_cannot_be_read_is_told_and_tried_again(
    live: MadeUpLive, tab: VocabularyTab, tmp_path: Path
) -> None:
    (tmp_path / "broken.model").write_bytes(b"\0")
    live.answer = lambda question: UserError("broken.model is cut short.")
    tab.drop([tmp_path / "broken.model"])
    assert tab.notice.isVisible()
    assert tab.notice.words.text() == "broken.model is cut short."
    assert tab.first.problem == "broken.model is cut short."
    live.answer = answer
    tab.retry.click()
    assert tab.table.isVisible()
    assert tab.first.problem == ""


def test_that_a_slow_answer_is_waited_for_in_words(
    qtbot: QtBot, live: MadeUpLive, tab: VocabularyTab, tmp_path: Path
) -> None:
    assert len(live.of(AskNote)) == 1
    live.answer = lambda question: None
    tab.look()
    qtbot.waitUntil(lambda: tab.number.text() == "Looking…")
    assert len(live.of(AskNote)) == 1
    (tmp_path / "large.model").write_bytes(b"\0")
    tab.drop([tmp_path / "large.model"])
    qtbot.waitUntil(lambda: tab.notice.words.text() == "Opening large.model…")
    assert tab.notice.isVisible()
    assert tab.first.line == tab.first.field.help


def test_that_with_nothing_chosen_it_says_what_one_can_do(live: MadeUpLive, tab: VocabularyTab) -> None:
    tab.first.editor.set_value(None)
    tab.look()
    assert tab.notice.words.text() == EMPTY
    tab.sample.click()
    assert tab.table.isVisible()


def test_that_how_it_was_left_comes_back(
    live: MadeUpLive, tab: VocabularyTab, show_tab: Callable[..., Any]
) -> None:
    tab.search.line.setText("ing")
    tab.search.kind.setCurrentIndex(1)
    again = show_tab(VocabularyTab, tab.state())
    assert (asked(live).query, asked(live).kind) == ("ing", "text")
    assert again.search.line.text() == "ing"
    show_tab(VocabularyTab, {"tokenizer": 3, "kind": [], "side": None, "query": None})


def test_that_it_looks_through_a_real_vocabulary(
    qtbot: QtBot, project: Project, show_tab: Callable[..., Any]
) -> None:
    tab = show_tab(VocabularyTab)
    qtbot.waitUntil(lambda: tab.number.text() == "8,192 tokens")
    tab.search.line.setText("/^ the$/")
    qtbot.waitUntil(lambda: tab.number.text() == "1 token")
    assert shown(tab, 0)[1] == "·the"
