"""`Live`: tokenizers opened in a process of their own, which answers small questions at once.

A file from a stranger may make a native parser abort, loop or keep the interpreter's lock for a second. In a
process aside none of that reaches the window, and a question that takes too long is ended.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.jobs import death
from core.tokenizers.live import child
from core.tokenizers.live.request import Question
from core.tokenizers.live.result import Answer

PATIENCE = 20.0
"""Seconds that a question may take."""
_GOODBYE = 0.5
"""Seconds that the process has to end by itself."""


class Live:
    """Safe to call from any thread; one question is answered at a time, the others wait.

    Starting it takes part of a second: the first question does so, or `start` ahead of it.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        """Held while a question is answered."""
        self._change = threading.Lock()
        """Held while the process is started or ended: never for long."""
        self._child: _Child | None = None
        self._closed = False

    def start(self) -> None:
        """Start the process, if it is not there; returns at once."""
        with contextlib.suppress(UserError):
            self._living()

    def ask(self, question: Question, *, timeout: float = PATIENCE) -> Answer:
        """Blocks until answered.

        Raises:
            UserError: the tokenizer cannot be read, or the question took too long; the process is new after.
        """
        with self._turn:
            running = self._living()
            try:
                return running.answer(question, timeout)
            except UserError:
                if not running.usable:
                    self._drop(running)
                raise
            except BaseException:
                self._drop(running)
                raise

    def close(self) -> None:
        """End the process; who waits for an answer is refused."""
        with self._change:
            self._closed = True
            running, self._child = self._child, None
        if running is not None:
            running.close()

    def _living(self) -> _Child:
        with self._change:
            if self._closed:
                raise UserError("The window is closing: nothing more is asked of tokenizers.")
            if self._child is not None and not self._child.alive:
                self._child.close()
                self._child = None
            if self._child is None:
                try:
                    self._child = _Child()
                except OSError as error:
                    reason = error.strerror or error
                    raise UserError(
                        f"The process that reads tokenizers cannot be started: {reason}."
                    ) from None
            return self._child

    def _drop(self, running: _Child) -> None:
        """The next question gets a new process."""
        with self._change:
            if self._child is running:
                self._child = None
        running.close()


class _Child:
    """One process and the two pipes to it."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        theirs_in, self._questions = spawn.Pipe(duplex=False)
        self._answers, theirs_out = spawn.Pipe(duplex=False)
        self._process = spawn.Process(
            target=child.main, args=(theirs_in, theirs_out), name="lexigraft tokenizers", daemon=True
        )
        self.usable = True
        """False once an answer may be half read, or the process is gone."""
        self._ending = threading.Lock()
        self._ended = False
        try:
            self._process.start()
        except BaseException:
            self._questions.close()
            self._answers.close()
            raise
        finally:  # only the child may hold these, so that either side hears when the other is gone
            theirs_in.close()
            theirs_out.close()

    @property
    def alive(self) -> bool:
        return not self._ended and self._process.is_alive()

    def answer(self, question: Question, timeout: float) -> Answer:
        at: Path | None = None
        self.usable = False
        until = time.monotonic() + timeout
        try:
            self._questions.send(question)
            while True:
                said = self._receive(until)
                if said is None:
                    raise UserError(_too_long(at, timeout))
                if said[0] == "at":
                    at = said[1]
                    continue
                break
        except (EOFError, OSError, ValueError):  # ValueError: closed by another thread meanwhile
            raise UserError(self._last_words(at)) from None
        self.usable = True
        if said[0] == "refused":
            raise UserError(said[1], field=said[2])
        if said[0] == "fault":
            raise RuntimeError(said[1])
        answer: Answer = said[1]
        return answer

    def _receive(self, until: float) -> Any:
        """What the child says next; None when it says nothing in time."""
        ready = wait([self._answers, self._process.sentinel], max(0.0, until - time.monotonic()))
        if not ready:
            return None
        if self._answers not in ready and not self._answers.poll():
            raise EOFError
        return self._answers.recv()

    def _last_words(self, at: Path | None) -> str:
        if self._ended:
            return "The process that reads tokenizers was ended."
        with contextlib.suppress(ValueError, AssertionError):
            self._process.join(_GOODBYE)
        code = None if self._ended else self._process.exitcode
        name = f"the library that reads {at}" if at is not None else "the process that reads tokenizers"
        return f"{name[:1].upper()}{name[1:]} died: {death.cause(code)}. The others are not touched by it."

    def close(self) -> None:
        """From any thread."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
        self._process.kill()
        self._process.join()
        for pipe in (self._questions, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()


def _too_long(at: Path | None, timeout: float) -> str:
    what = f"Reading {at}" if at is not None else "The answer"
    return f"{what} took longer than {timeout:.3g} s and was stopped. Is the file what it says it is?"
