from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.questions import Questions


@pytest.fixture
def questions(qapp: object) -> Iterator[Questions]:
    made = Questions()
    yield made
    made.close()
    made.deleteLater()


class Panic(BaseException):
    """What a Rust library's panic looks like from Python."""


def test_that_the_answer_comes_back_on_the_main_thread(qtbot: QtBot, questions: Questions) -> None:
    asked: list[threading.Thread] = []
    answered: list[tuple[int, threading.Thread]] = []

    def work(number: int) -> int:
        asked.append(threading.current_thread())
        return number + 1

    questions.ask(work, 41, then=lambda value: answered.append((value, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(answered))
    assert answered == [(42, threading.main_thread())]
    assert asked[0] is not threading.main_thread()


@pytest.mark.parametrize("error", [ValueError("bad"), MemoryError("full"), Panic("index out of bounds")])
def test_that_no_error_vanishes(qtbot: QtBot, questions: Questions, error: BaseException) -> None:
    def work() -> None:
        raise error

    told: list[Exception] = []
    questions.ask(work, failed=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], Exception)
    assert str(error) in str(told[0])


def test_that_an_error_without_a_taker_is_reported(qtbot: QtBot, questions: Questions) -> None:
    with qtbot.waitSignal(questions.unanswered) as signal:
        questions.ask(lambda: 1 // 0)
    assert isinstance(signal.args[0], ZeroDivisionError)


def test_that_a_newer_question_of_the_same_key_silences_the_older(qtbot: QtBot, questions: Questions) -> None:
    owner = QObject()
    go_on = threading.Event()
    answers: list[str] = []

    def slow() -> str:
        go_on.wait(10)
        return "old"

    questions.ask(slow, then=answers.append, owner=owner, key="preview")
    questions.ask(lambda: "new", then=answers.append, owner=owner, key="preview")
    qtbot.waitUntil(lambda: answers == ["new"])
    go_on.set()
    done: list[str] = []
    questions.ask(lambda: "after", then=done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert answers == ["new"]


def test_that_nobody_is_called_for_a_deleted_owner(qtbot: QtBot, questions: Questions) -> None:
    owner = QObject()
    go_on = threading.Event()
    answers: list[object] = []
    questions.ask(go_on.wait, 10, then=answers.append, owner=owner)
    delete(owner)
    go_on.set()
    done: list[int] = []
    questions.ask(lambda: 1, then=done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert not answers


def test_that_a_write_under_way_can_be_followed(qtbot: QtBot, questions: Questions) -> None:
    good: Future[int] = Future()
    bad: Future[int] = Future()
    answers: list[int] = []
    errors: list[Exception] = []
    questions.follow(good, then=answers.append)
    questions.follow(bad, then=answers.append, failed=errors.append)
    good.set_result(7)
    bad.set_exception(OSError("disk full"))
    qtbot.waitUntil(lambda: bool(answers and errors))
    assert answers == [7]
    assert str(errors[0]) == "disk full"
