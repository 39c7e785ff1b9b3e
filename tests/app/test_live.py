from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app import live as module
from app.live import LiveTokenizers
from app.session import Session
from core.errors import UserError
from core.folders import resources_folder
from core.tokenizers.live.request import AskNote, AskRibbons
from core.tokenizers.live.result import Ribbons


class Slow:
    """In the place of `Live`: answers when the gate is open, with what was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[str] = []

    def start(self) -> None:
        pass

    def ask(self, question: AskRibbons) -> str:
        self.asked.append(question.text)
        self.gate.wait(5)
        if question.text == "bad":
            raise UserError("It is bad.")
        return question.text

    def close(self) -> None:
        self.gate.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr(module, "Live", lambda: made)
    return made


@pytest.fixture
def live(slow: Slow, qtbot: QtBot) -> Iterator[LiveTokenizers]:
    made = LiveTokenizers()
    yield made
    made.close()


@pytest.fixture
def ask(live: LiveTokenizers) -> Callable[..., list[Any]]:
    said: list[Any] = []

    def ask(text: str, owner: QObject, key: str = "ribbons", *, first: bool = False) -> list[Any]:
        question = AskRibbons((), text)
        live.ask(question, then=said.append, failed=said.append, owner=owner, key=key, first=first)
        return said

    return ask


def test_that_of_what_is_typed_meanwhile_only_the_newest_is_asked(
    qtbot: QtBot, slow: Slow, ask: Callable[..., list[Any]]
) -> None:
    owner = QObject()
    for text in ("t", "th", "the", "the "):
        said = ask(text, owner)
    ask("other", owner, key="note")
    slow.gate.set()
    qtbot.waitUntil(lambda: len(said) == 2)
    assert slow.asked == ["t", "the ", "other"]
    assert said == ["the ", "other"]


def test_that_what_is_looked_at_comes_before_what_waits(
    qtbot: QtBot, slow: Slow, ask: Callable[..., list[Any]]
) -> None:
    owner = QObject()
    for text in ("under way", "note", "another note"):
        said = ask(text, owner, key=text)
    ask("ribbons", owner, first=True)
    slow.gate.set()
    qtbot.waitUntil(lambda: len(said) == 4)
    assert said == ["under way", "ribbons", "note", "another note"]


def test_that_a_refusal_is_told_and_the_next_question_answered(
    qtbot: QtBot, slow: Slow, ask: Callable[..., list[Any]]
) -> None:
    slow.gate.set()
    owner = QObject()
    said = ask("bad", owner)
    qtbot.waitUntil(lambda: bool(said))
    ask("good", owner)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert (str(said[0]), said[1]) == ("It is bad.", "good")


def test_that_nothing_is_told_to_who_is_gone_or_after_the_end(
    qtbot: QtBot, slow: Slow, live: LiveTokenizers, ask: Callable[..., list[Any]]
) -> None:
    import shiboken6

    owner, other = QObject(), QObject()
    said = ask("first", owner)
    ask("second", other)
    shiboken6.delete(owner)
    slow.gate.set()
    qtbot.waitUntil(lambda: said == ["second"])
    slow.gate.clear()
    ask("third", other)
    live.close()
    qtbot.wait(20)
    assert said == ["second"]


def test_that_a_window_has_one_process_which_ends_with_it(qtbot: QtBot, session: Session) -> None:
    starter = resources_folder() / "starter" / "prose-bpe"
    owner = QObject()
    said: list[Any] = []
    session.live.start()
    session.live.ask(
        AskRibbons((starter,), "the end"), then=said.append, failed=said.append, owner=owner, key="ribbons"
    )
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert isinstance(said[0], Ribbons)
    assert said[0].rows[0].contents == ["the", "Ġend"]
    assert session.live is session.live
    session.live.ask(AskNote(Path("x")), then=said.append, failed=said.append, owner=owner, key="note")
    session.close()
