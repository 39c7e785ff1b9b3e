from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.errors import UserError
from core.tokenizers.live.preview import Live
from core.tokenizers.live.request import AskChat, AskNote, AskRibbons, Question
from core.tokenizers.live.result import Note, Ribbons
from tests.core.tokenizers.live.test_chat import template

ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"


@pytest.fixture
def live() -> Iterator[Live]:
    made = Live()
    yield made
    made.close()


def process() -> psutil.Process:
    """The one behind `Live`."""
    found = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
    return found[-1]


@pytest.fixture
def in_thread() -> Iterator[Callable[[Live, Question], list[Exception]]]:
    """Asks in a thread; the list gets what it raises."""
    threads: list[threading.Thread] = []

    def ask(live: Live, question: Question) -> list[Exception]:
        raised: list[Exception] = []

        def work() -> None:
            try:
                live.ask(question)
            except Exception as error:  # noqa: BLE001
                raised.append(error)

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return raised

    yield ask
    for thread in threads:
        thread.join(10)


def wait_for(raised: list[Exception]) -> Exception:
    until = time.monotonic() + 60
    while not raised and time.monotonic() < until:
        time.sleep(0.01)
    return raised[0]


def test_that_questions_are_answered_by_another_process(live: Live, letters: Path) -> None:
    live.start()
    note = live.ask(AskNote(letters))
    assert isinstance(note, Note)
    assert note.name == "letters"
    first = process().pid
    found = live.ask(AskRibbons((letters,), "the \ud7ff🙂"))
    assert isinstance(found, Ribbons)
    assert found.text == "the \ud7ff🙂"
    with pytest.raises(UserError, match="half a character"):
        live.ask(AskRibbons((letters,), "\ud800"))
    with pytest.raises(UserError, match="There is no"):
        live.ask(AskNote(letters / "nothing"))
    assert process().pid == first


def test_that_a_question_that_takes_too_long_is_ended_and_the_next_one_answered(
    live: Live, letters: Path
) -> None:
    live.ask(AskNote(letters))
    slow = template(letters, ENDLESS)
    first = process().pid
    with pytest.raises(UserError, match=r"letters took longer than 0\.2 s"):
        live.ask(AskChat(slow, (("user", "a"),)), timeout=0.2)
    assert isinstance(live.ask(AskNote(letters)), Note)
    assert process().pid != first
    assert not psutil.pid_exists(first)


@pytest.mark.skipif("sys.platform == 'win32'", reason="signals")
def test_that_a_crash_names_the_tokenizer_and_the_next_question_is_answered(
    live: Live, letters: Path, in_thread: Callable[[Live, Question], list[Exception]]
) -> None:
    live.ask(AskNote(letters))
    raised = in_thread(live, AskChat(template(letters, ENDLESS), (("user", "a"),)))
    time.sleep(0.2)
    os.kill(process().pid, signal.SIGSEGV)
    error = wait_for(raised)
    assert isinstance(error, UserError)
    assert str(letters) in error.message
    assert "invalid memory access" in error.message
    assert isinstance(live.ask(AskNote(letters)), Note)


def test_that_closing_does_not_wait_for_an_answer(
    live: Live, letters: Path, in_thread: Callable[[Live, Question], list[Exception]]
) -> None:
    live.ask(AskNote(letters))
    child = process()
    raised = in_thread(live, AskChat(template(letters, ENDLESS), (("user", "a"),)))
    time.sleep(0.2)
    live.close()
    assert not child.is_running()
    assert isinstance(wait_for(raised), UserError)
    with pytest.raises(UserError, match="closing"):
        live.ask(AskNote(letters))
