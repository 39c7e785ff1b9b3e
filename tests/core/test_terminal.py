from __future__ import annotations

import io

from core.jobs.events import Finished, Log, Progress
from core.terminal import ProgressReport, duration, table


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_that_a_terminal_gets_one_bar_that_is_wiped_at_the_end() -> None:
    screen = Screen()
    report = ProgressReport(screen)
    report(Progress(stage="reading", done=1, total=4))
    report(Progress(stage="reading", done=2, total=4, eta=75))
    report(Finished(status="done"))
    assert "[######..................]   25%  1 of 4" in screen.getvalue()
    assert "50%  2 of 4  1 min 15 s left" in screen.getvalue()
    assert "\n" not in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[2K")


def test_that_elsewhere_a_line_comes_at_each_stage_and_every_few_seconds() -> None:
    now = 0.0
    stream = io.StringIO()
    report = ProgressReport(stream, clock=lambda: now)
    for now in (0.0, 1.0, 4.9, 5.0, 5.1):
        report(Progress(stage="reading", done=now, total=10))
    report(Progress(stage="writing", done=0, total=0))
    report(Log(level="warning", message="The disk is slow."))
    assert stream.getvalue().splitlines() == [
        "reading    0%  0 of 10",
        "reading   50%  5 of 10",
        "writing",
        "warning: The disk is slow.",
    ]


def test_that_durations_read_as_people_say_them() -> None:
    assert [duration(s) for s in (0.2, 59, 200, 7500)] == ["0 s", "59 s", "3 min 20 s", "2 h 5 min"]


def test_that_a_table_aligns_numbers_right_and_leaves_nothing_empty() -> None:
    text = table(["method", "bits"], [["zero", 2.79213], ["random", "2.65 ± 0.01"], ["omp", None]])
    assert text.splitlines() == [
        "method         bits",
        "------  -----------",
        "zero          2.792",
        "random  2.65 ± 0.01",
        "omp",
    ]


def test_that_line_ends_do_not_break_a_table() -> None:
    assert table(["text", "bits"], [["a\nb", 1]]).splitlines()[2] == "a⏎b      1"
    assert table(["text"], [["a\nb"]]).splitlines()[2:] == ["a", "b"]
