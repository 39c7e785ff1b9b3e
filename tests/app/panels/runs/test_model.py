from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.runs.model import AT, RunModel, make_row
from app.widgets.table import RAW
from core.jobs.events import ErrorInfo
from core.jobs.request import Metric
from core.project.records import RunRecord
from tests.app.panels.runs.grafting import record

NOW = datetime.now(UTC)
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


def bits(value: float) -> Metric:
    return Metric(name="bits per byte", value=value, slice="all")


RUNS = (
    record(1, title="zebra", kind="gone", status="failed", created=NOW - timedelta(days=400)),
    record(2, title="apple", headline=bits(2.5), seconds=23.0, created=NOW - timedelta(days=1)),
    record(3, title="Mango", headline=bits(12.25), seconds=6.5, created=NOW),
    record(4, title="fig", status="running", progress=0.1, created=NOW),
)


@pytest.fixture
def model(qapp: QObject) -> RunModel:
    made = RunModel(qapp)
    made.replace(map(make_row, RUNS))
    made.sort(AT["run"], DOWN)
    return made


def column(model: RunModel, key: str, role: int = Qt.ItemDataRole.DisplayRole) -> list[object]:
    return [model.index(row, AT[key]).data(role) for row in range(model.rowCount())]


def order(model: RunModel) -> list[int]:
    return [run.id for run in model.shown]


def test_that_it_is_a_sound_model_while_everything_changes(qtbot: QtBot, model: RunModel) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode)
    model.set_filter("a", "")
    model.sort(AT["what"], UP)
    model.update([make_row(record(5))], [2])
    model.set_filter("", "gone")
    model.replace([])
    model.replace(map(make_row, RUNS))
    assert tester.model() is model


def test_that_it_shows_what_a_person_reads(model: RunModel) -> None:
    assert column(model, "run") == ["4", "3", "2", "1"]
    assert column(model, "kind") == ["Graft", "Graft", "Graft", "Gone"]
    assert column(model, "state") == ["running 10 %", "done", "done", "failed"]
    assert column(model, "figure") == ["–", "12.250", "2.500", "–"]
    assert column(model, "took") == ["–", "6 s", "23 s", "–"]
    today, day_before = str(column(model, "when")[1]), str(column(model, "when")[2])
    assert (today[:6], day_before[:9]) == ("today ", "yesterday")


def test_that_the_raw_value_is_what_is_copied(model: RunModel) -> None:
    assert column(model, "figure", RAW) == ["", 12.25, 2.5, ""]
    assert column(model, "took", RAW) == ["", 6.5, 23.0, ""]
    assert column(model, "when", RAW)[1] == NOW.isoformat()


@pytest.mark.parametrize(
    ("key", "rising"),
    [
        ("run", [1, 2, 3, 4]),
        ("what", [2, 4, 3, 1]),
        ("state", [4, 1, 3, 2]),
        ("figure", [2, 3, 4, 1]),
        ("took", [3, 2, 4, 1]),
        ("when", [1, 2, 4, 3]),
    ],
)
def test_that_it_sorts_by_any_column_with_nothing_last(model: RunModel, key: str, rising: list[int]) -> None:
    model.sort(AT[key], UP)
    assert order(model) == rising
    model.sort(AT[key], DOWN)
    there = [run for run in order(model) if run in (2, 3)]
    assert there == [run for run in reversed(rising) if run in (2, 3)] or key in ("state", "when")
    if key in ("figure", "took"):
        assert set(order(model)[2:]) == {1, 4}


def test_that_an_index_kept_through_a_sort_still_means_its_run(model: RunModel) -> None:
    from PySide6.QtCore import QPersistentModelIndex

    kept = QPersistentModelIndex(model.index(0, AT["what"]))
    model.sort(AT["what"], UP)
    assert kept.data() == "fig"


def test_that_the_filter_and_the_kind_leave_what_both_hold(model: RunModel) -> None:
    model.set_filter("a", "test-graft")
    assert order(model) == [4, 3, 2]
    model.set_filter("apple", "test-graft")
    assert order(model) == [2]
    model.set_filter("apple", "gone")
    assert order(model) == []
    assert model.total == 4


def test_that_a_change_of_one_run_moves_no_other(qtbot: QtBot, model: RunModel) -> None:
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignal(model.dataChanged):
        model.update([make_row(record(2, title="apple pie"))], [])
    assert column(model, "what")[2] == "apple pie"
    assert not resets
    model.update([], [2])
    assert order(model) == [4, 3, 1]


def test_that_progress_shows_at_once_in_its_cell_alone(qtbot: QtBot, model: RunModel) -> None:
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.set_progress(4, 0.354, "approximating")
    assert [index.column() for index in changed.args[:2]] == [AT["state"]] * 2
    assert column(model, "state")[0] == "running 35 %"
    assert column(model, "state", Qt.ItemDataRole.ToolTipRole)[0] == "approximating"
    model.set_progress(4, None, "starting")
    assert column(model, "state")[0] == "running"
    model.set_progress(99, 0.5, "of another project")


def test_that_a_state_has_its_colour_in_both_themes(model: RunModel) -> None:
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        tokens = theme.tokens()
        colours = [color.name() for color in column(model, "state", Qt.ItemDataRole.ForegroundRole)]  # type: ignore[attr-defined]
        assert colours == [tokens.accent, tokens.success, tokens.success, tokens.error]
    theme.current().set_mode("light")


def test_that_a_tip_tells_the_exact_figure_time_and_failure(model: RunModel) -> None:
    failed: RunRecord = record(6, status="failed", error=ErrorInfo(kind="user", message="No model in gone."))
    model.update([make_row(failed)], [])
    tip = Qt.ItemDataRole.ToolTipRole
    assert column(model, "state", tip)[0] == "No model in gone."
    assert column(model, "figure", tip)[2] == "bits per byte, all: 12.25"
    assert str(column(model, "when", tip)[2]).startswith("Queued 20")


def test_that_only_titles_can_be_edited_and_only_where_allowed(qtbot: QtBot, model: RunModel) -> None:
    editable = Qt.ItemFlag.ItemIsEditable
    title = model.index(1, AT["what"])
    assert not model.flags(title) & editable
    model.editable = True
    assert model.flags(title) & editable
    assert not model.flags(model.index(1, AT["note"])) & editable
    with qtbot.waitSignal(model.renamed) as renamed:
        assert model.setData(title, "  Ripe   mango ")
    assert renamed.args == [3, "Ripe mango"]
    assert title.data() == "Ripe mango"
    assert not model.setData(title, "   ")
    assert not model.setData(title, "Ripe mango")
