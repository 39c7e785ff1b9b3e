from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.compare.ribbons_card import SAMPLE, RibbonsCard
from app.panels.tokenizers.compare.typed_text import MOST
from app.session import Session
from core.errors import UserError
from core.tokenizers.live.request import AskNote, AskRibbons
from core.tokenizers.live.result import Note
from tests.app.conftest import RecordedDialogs
from tests.app.panels.tokenizers.compare import conftest
from tests.app.panels.tokenizers.conftest import MadeUpLive

BYTES, PAIRS, BROKEN = Path("bytes"), Path("pairs"), Path("broken")


@pytest.fixture
def card(qtbot: QtBot, session: Session, live: MadeUpLive) -> RibbonsCard:
    made = RibbonsCard(session)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    made.show_tokenizers([BYTES, PAIRS])
    return made


def counts(card: RibbonsCard) -> list[int]:
    return [len(row.ribbon.ids) for row in card.view.rows if row.ribbon is not None]


def test_that_the_sample_is_cut_at_once_and_every_key_cuts_anew(qtbot: QtBot, card: RibbonsCard) -> None:
    assert card.text == SAMPLE
    assert counts(card) == [len(SAMPLE.encode()), (len(SAMPLE.encode()) + 1) // 2]
    card.show_text("abcd")
    qtbot.keyClicks(card.edit, "e")
    assert (card.text, counts(card)) == ("eabcd", [5, 3])
    assert card.facts.text() == "5 bytes · 5 and 3 tokens"
    assert "bytes: 5 tokens; pairs: 3 tokens" in card.view.accessibleDescription()


def test_that_a_row_says_that_its_tokenizer_is_being_opened_or_cannot_be(
    card: RibbonsCard, live: MadeUpLive
) -> None:
    live.answer = lambda question: None if question == AskNote(PAIRS) else conftest.answer(question)
    card._notes.pop(PAIRS)
    card.show_tokenizers([BROKEN, PAIRS, BYTES])
    broken, waiting, ready = card.view.rows
    assert (broken.note, broken.failed) == ("broken is damaged.", True)
    assert (waiting.note, waiting.failed) == ("Opening…", False)
    assert ready.ribbon is not None
    asked = [question for question in live.of(AskRibbons) if not question.steps][-1]
    assert asked.tokenizers == (BYTES,)


def test_that_what_a_tokenizer_loses_is_said(card: RibbonsCard, live: MadeUpLive) -> None:
    assert not card.losses.isVisible()
    lossy = Note(Path("lossy"), "lossy", "made up", "made up", 300, badges=("loses accents",))
    live.answer = lambda question: lossy if question == AskNote(Path("lossy")) else conftest.answer(question)
    card.show_tokenizers([BYTES, Path("lossy")])
    assert card.losses.text() == "Not every text comes back: lossy loses accents."


def test_that_six_of_more_are_shown(card: RibbonsCard) -> None:
    card.show_tokenizers([Path(f"tokenizer-{number}") for number in range(8)])
    assert len(card.view.rows) == 6
    assert "the first 6 of 8" in card.facts.text()


def test_that_a_question_that_failed_is_told_until_the_next_key(
    qtbot: QtBot, card: RibbonsCard, live: MadeUpLive
) -> None:
    live.answer = lambda question: UserError("The library died.")
    qtbot.keyClicks(card.edit, "a")
    assert card.problem.text() == "The library died."
    live.answer = conftest.answer
    qtbot.keyClicks(card.edit, "b")
    assert not card.problem.isVisible()


def test_that_a_huge_paste_is_cut_and_that_is_said(qtbot: QtBot, card: RibbonsCard, session: Session) -> None:
    card.show_text("")
    pasted = QMimeData()
    pasted.setText("x" * 1_000_000)
    with qtbot.waitSignal(session.message) as message:
        card.edit.insertFromMimeData(pasted)
    assert len(card.text) == MOST
    assert "980,000 of what was pasted were left out" in message.args[0]


def test_that_text_is_taken_as_it_was_typed(card: RibbonsCard) -> None:
    text = "a\u00a0b\n\tc\u200d"
    card.show_text(text)
    assert card.text == text


def test_that_hovering_says_what_the_token_is_and_what_the_steps_did(
    card: RibbonsCard, live: MadeUpLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, words, widget: said.append(words))
    card.show_text("ABcd")
    card.view._point((1, 0), QPoint(5, 5))
    assert "pairs · token 100 · AB" in said[-1]
    assert "bytes 0 to 1: 41 42" in said[-1]
    assert "log-probability −1.50" in said[-1]
    assert "U+0041 LATIN CAPITAL LETTER A" in said[-1]
    assert "before it is cut, by itself:\nlower case: ab" in said[-1]
    asked = live.of(AskRibbons)[-1]
    assert (asked.tokenizers, asked.text, asked.steps) == ((PAIRS,), "AB", True)


def test_that_special_tokens_are_read_when_wanted(card: RibbonsCard, live: MadeUpLive) -> None:
    card.specials.click()
    assert live.of(AskRibbons)[-1].specials
    card.specials.click()
    assert not live.of(AskRibbons)[-1].specials


def test_that_ribbons_are_exported_as_a_page_with_escaped_text(
    qtbot: QtBot, card: RibbonsCard, session: Session, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    card.show_text("<b>&")
    dialogs.foresee("save_file", tmp_path / "ribbons")
    with qtbot.waitSignal(session.message):
        card.export.click()
    page = (tmp_path / "ribbons.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;" in page
    assert "<b>" not in page
    assert page.count("<h2>") == 2
    assert 'title="100: 3C 62"' in page


def test_that_what_was_left_comes_back(card: RibbonsCard, session: Session, qtbot: QtBot) -> None:
    card.show_text("left")
    card.mode.choose("reading")
    other = RibbonsCard(session)
    qtbot.addWidget(other)
    other.restore(card.state())
    assert (other.text, other.view.mode) == ("left", "reading")
    other.restore({"text": 3, "mode": "gone"})
    assert other.text == "left"
