from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.runs.details import RunDetails, WholeRun, figures_table
from app.panels.runs.facts import Facts
from app.session import Session
from core.jobs.events import ErrorInfo
from core.project.records import ArtifactRecord, MetricRecord
from tests.app.panels.runs.grafting import PROVENANCE, record


@pytest.fixture
def details(qtbot: QtBot, session: Session) -> RunDetails:
    made = RunDetails(session)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def metric(name: str, value: float, part: str | None = None) -> MetricRecord:
    return MetricRecord(run=1, name=name, value=value, slice=part)


def whole(metrics: list[MetricRecord] | None = None, **fields: Any) -> WholeRun:
    file = ArtifactRecord(
        run=1, name="model.bin", path="artifacts/1/model.bin", bytes=64_000, sha256="ab" * 32, media_type="x"
    )
    return WholeRun(record(**fields), metrics or [], [file])


def facts(section: Facts) -> dict[str, str]:
    return {row[0].text: row[-1].text for row in section.model.rows}


def test_that_a_finished_run_is_told_in_full(details: RunDetails) -> None:
    result = {"warnings": ["Digits will suffer.", "So will <b>tags</b>."], "peak_memory_bytes": 183_400_000}
    details.show_run(
        whole(
            [metric("bits per byte", 2.04, "all"), metric("matched", 4771)],
            summary="It takes 2.04 bits.",
            result=result,
            provenance=PROVENANCE,
            seconds=70.0,
            parent=8,
        )
    )
    assert details.heading.text() == "Run 1 · Graft · base → target"
    assert details.summary.text() == "It takes 2.04 bits."
    assert details.warnings.text() == "Digits will suffer.\nSo will <b>tags</b>."
    assert details.warnings.textFormat() is Qt.TextFormat.PlainText
    assert facts(details.asked)["Anchors, k"] == "64"
    assert facts(details.figures) == {"all": "2.040", "matched": "4,771"}
    assert facts(details.files) == {"model.bin": "64 kB"}
    assert facts(details.versions) == {"torch": "2.9.1"}
    origin = facts(details.origin)
    assert origin["Took"] == "1 min 10 s"
    assert origin["Peak memory"] == "183 MB"
    assert origin["Again from"] == "run 8"
    assert origin["Device"] == "cpu, 2 threads"
    assert origin["Base"] == "base · 3f3f3f3f3f3f"
    copied = next(row[1].raw for row in details.origin.model.rows if row[0].text == "Base")
    assert copied == "/models/base " + "3f" * 32
    assert details.fault.isHidden()


def test_that_a_failure_is_told_with_its_trace_behind_a_fold(details: RunDetails) -> None:
    error = ErrorInfo(kind="fault", message="A fault: <i>8193</i>.", traceback="Traceback\nIndexError")
    details.show_run(whole(status="failed", error=error))
    assert details.fault.words.text() == "A fault: <i>8193</i>."
    assert details.fault.trace.isHidden()
    details.fault.fold.set_opened(True)
    assert not details.fault.trace.isHidden()
    assert details.fault.trace.toPlainText() == "Traceback\nIndexError"
    details.show_run(whole(status="failed", error=ErrorInfo(kind="user", message="No model.")))
    assert details.fault.fold.isHidden()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "queued"}, "It waits in the queue."),
        ({"status": "running"}, "It is running."),
        ({"status": "paused", "progress": 0.25}, "It is paused at 25 %."),
        (
            {"status": "interrupted", "progress": 0.62},
            "Lexigraft or the machine stopped at 62 %, before this run had ended.",
        ),
        ({"status": "cancelled"}, "It was stopped."),
    ],
    ids=lambda value: value["status"] if isinstance(value, dict) else "",
)
def test_that_a_run_without_an_end_says_how_it_stands(
    details: RunDetails, fields: dict[str, Any], sentence: str
) -> None:
    details.show_run(whole(**fields))
    assert details.sentence.text() == sentence
    assert details.figures.isHidden()
    assert details.state.text() == fields["status"]


def test_that_the_states_colour_follows_the_theme(details: RunDetails) -> None:
    details.show_run(whole())
    for mode in ("dark", "light"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        assert theme.tokens().success in details.state.styleSheet()


def test_that_a_note_is_kept_when_it_is_left_or_another_run_is_shown(
    qtbot: QtBot, details: RunDetails
) -> None:
    written: list[tuple[int, str]] = []
    details.note.written.connect(lambda run, note: written.append((run, note)))
    details.show_run(whole())
    details.note.setPlainText("Keep this.\n")
    qtbot.keyClick(details.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    details.note.setPlainText("Keep this one.")
    details.show_run(whole(id=2, note="Of the second."))
    assert written == [(1, "Keep this."), (1, "Keep this one.")]
    assert details.note.toPlainText() == "Of the second."
    details.note.keep()
    assert len(written) == 2


def test_that_escape_takes_back_what_was_typed(qtbot: QtBot, details: RunDetails) -> None:
    details.show_run(whole(note="Before."))
    details.note.setPlainText("Typed.")
    qtbot.keyClick(details.note, Qt.Key.Key_Escape)
    assert details.note.toPlainText() == "Before."


def test_that_what_is_being_typed_outlives_a_change_of_the_same_run(
    qtbot: QtBot, details: RunDetails
) -> None:
    details.show_run(whole(status="running"))
    details.window().activateWindow()
    details.note.setFocus()
    qtbot.waitUntil(details.note.hasFocus)
    details.note.setPlainText("Half a thou")
    details.show_run(whole(status="done"))
    assert details.note.toPlainText() == "Half a thou"


def test_that_a_note_cannot_be_written_where_nothing_may_be(details: RunDetails) -> None:
    details.set_read_only(True)
    details.show_run(whole())
    assert details.note.isReadOnly()
    assert details.note.placeholderText() == "No note"


def test_that_slices_have_a_row_each_and_measures_a_column() -> None:
    figures = [
        metric("before", 1.92, "prose"),
        metric("before", 2.31, "code"),
        metric("after", 2.04, "prose"),
        metric("matched", 41),
    ]
    heads, rows = figures_table(figures)
    assert heads == ("", "before", "after")
    assert [[cell.text for cell in row] for row in rows] == [
        ["prose", "1.920", "2.040"],
        ["code", "2.310", "–"],
        ["matched", "", "41"],
    ]


def test_that_many_measures_of_slices_have_a_row_each() -> None:
    heads, rows = figures_table([metric(f"measure {n}", n + 0.5, "all") for n in range(5)])
    assert heads == ("", "")
    assert [cell.text for cell in rows[1]] == ["measure 1, all", "1.500"]
