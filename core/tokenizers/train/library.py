"""Run the trainer of `tokenizers`, which cannot be interrupted, beside a thread that can."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

from tokenizers import Tokenizer

from core.jobs.context import Context

_POLL = 0.1
"""Seconds between two looks at whether someone pressed stop."""


def run_trainer(
    tokenizer: Tokenizer, texts: Iterable[str], trainer: Any, ctx: Context, *, expected: int
) -> None:
    """As ``tokenizer.train_from_iterator(texts, trainer)``, with progress.

    Args:
        expected: how many texts there will be, about.

    Raises:
        Cancelled: the library's own thread gets no more text and ends by itself a little later.
    """
    stop = threading.Event()
    fed = 0
    reading = True
    failures: list[BaseException] = []

    def feed() -> Iterator[str]:
        nonlocal fed, reading
        for text in texts:
            if stop.is_set():
                return
            fed += 1
            yield text
        reading = False

    def work() -> None:
        try:
            tokenizer.train_from_iterator(feed(), trainer)
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            failures.append(error)

    thread = threading.Thread(target=work, name="tokenizer-training", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            if reading:
                ctx.progress(min(fed, expected), max(expected, 1), "Reading for the tokenizer")
            else:
                ctx.progress(0, 1, "Choosing the tokens")
            thread.join(_POLL)
    finally:
        stop.set()
    ctx.check()
    if failures:
        raise RuntimeError(f"the tokenizer could not be trained: {failures[0]}") from failures[0]
