"""The process behind `Live`: it opens tokenizers and answers questions about them, in turn.

A second thread listens, so that the process ends at once when its parent has.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from core.tokenizers.live.request import Question

_OOM_SCORE = "700"
"""Of 1000: before the engine, and long before the window."""


def main(questions: Connection, answers: Connection) -> None:
    """Serve until the parent closes `questions`."""
    _settle_in()
    waiting: SimpleQueue[Question] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions, waiting), name="listener", daemon=True).start()
    from core.tokenizers.live.answers import Answers

    with suppress(BrokenPipeError):  # the parent has just ended

        def at(path: Path) -> None:
            answers.send(("at", path))

        desk = Answers(at)
        while True:
            answers.send(_answer(desk.answer, waiting.get()))


def _answer(answer: object, question: Question) -> tuple[object, ...]:
    assert callable(answer)
    try:
        return "answer", answer(question)
    except UserError as error:
        return "refused", error.message, error.field
    except UnicodeEncodeError:
        return (
            "refused",
            "The text holds half a character (a lone surrogate), which no tokenizer reads.",
            None,
        )
    except MemoryError:
        return "refused", "There is not enough memory to read this tokenizer.", None
    except BrokenPipeError:
        raise
    except BaseException as error:  # noqa: BLE001 - a library's panic is no Exception
        return "fault", f"{type(error).__name__}: {error}"


def _listen(questions: Connection, waiting: SimpleQueue[Question]) -> None:
    while True:
        try:
            waiting.put(questions.recv())
        except (EOFError, OSError):
            os._exit(0)


def _settle_in() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the parent's to hear
    with suppress(OSError):
        os.dup2(2, 1)  # standard output is the parent's
    if sys.stderr is None:  # a program without a console
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # small texts: threads would only cost
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0003)  # a crash ends the process without asking anybody
    elif sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
