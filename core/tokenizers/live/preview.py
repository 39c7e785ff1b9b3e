"""`Live`: tokenizers opened in a process of their own, which answers small questions at once.

A file from a stranger may make a native parser abort, loop or keep the interpreter's lock for a second. In a
process aside none of that reaches the window, and a question that takes too long is ended.
"""

from __future__ import annotations

from core.tokenizers.live.request import Question
from core.tokenizers.live.result import Answer


class Live:
    """Safe to call from any thread; one question is answered at a time, the others wait.

    Starting it takes part of a second: the first question does so, or `start` ahead of it.
    """

    def start(self) -> None:
        """Start the process, if it is not there; returns at once."""
        raise NotImplementedError

    def ask(self, question: Question, *, timeout: float = 20.0) -> Answer:
        """Blocks until answered.

        Raises:
            UserError: the tokenizer cannot be read, or the question took too long; the process is new after.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End the process."""
        raise NotImplementedError
