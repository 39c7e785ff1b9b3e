"""What the command line shows: a job's progress, and tables."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from core.jobs.events import Finished, Log, Partial, Progress

EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal to draw a bar on."""


class ProgressReport:
    """Draws a bar on a terminal; elsewhere writes a line at each new stage and every few seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._bar = stream.isatty()
        self._drawn = False
        self._stage: str | None = None
        self._last = float("-inf")

    def __call__(self, event: Progress | Partial | Log | Finished) -> None:
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Log):
            self._clear()
            self._write(f"{'warning: ' if event.level == 'warning' else ''}{event.message}\n")
        elif isinstance(event, Finished):
            self._clear()

    def _progress(self, event: Progress) -> None:
        now = self._clock()
        if self._bar:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r\x1b[2K{_line(event, bar=True)[:width]}")
            self._drawn = True
        elif event.stage != self._stage or now - self._last >= EVERY:
            self._write(f"{_line(event, bar=False)}\n")
            self._last = now
        self._stage = event.stage

    def _clear(self) -> None:
        if self._drawn:
            self._write("\r\x1b[2K")
            self._drawn = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _line(event: Progress, *, bar: bool) -> str:
    parts = [event.stage]
    if event.total > 0:
        share = min(1.0, event.done / event.total)
        filled = round(share * 24)
        parts += [f"[{'#' * filled}{'.' * (24 - filled)}]"] if bar else []
        parts += [f"{share:4.0%}", f"{event.done:,.0f} of {event.total:,.0f}"]
    if event.eta is not None:
        parts.append(f"{duration(event.eta)} left")
    return "  ".join(parts)


def duration(seconds: float) -> str:
    """``4 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns padded to their widest cell, numbers to the right. None is an empty cell.

    A line end within a cell is shown as such (⏎), but for a single column, whose lines may be many.
    """
    ends = "\n" if len(head) == 1 else "⏎"
    cells = [[_cell(value).replace("\n", ends) for value in row] for row in rows]
    numbers = [
        all(isinstance(row[i], int | float | None) for row in rows)
        or all(_looks_numeric(row[i]) for row in cells)
        for i in range(len(head))
    ]
    widths = [max(len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]

    def line(texts: Sequence[str]) -> str:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, numbers, strict=True)
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(head), "  ".join("-" * width for width in widths), *map(line, cells)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def _looks_numeric(text: str) -> bool:
    return not text or text[0] in "0123456789+-−.±"
