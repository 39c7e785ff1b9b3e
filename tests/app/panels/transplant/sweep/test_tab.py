"""The Sweep tab: its board and plots, a run under way, and what can be done with a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.panels.transplant.panel import TransplantPanel
from app.panels.transplant.sweep.board_card import METHOD
from app.panels.transplant.sweep.plots_card import VALUES
from app.panels.transplant.sweep.tab import SweepTab
from app.session import Session
from core.jobs.events import ErrorInfo, Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from core.transplant.sweep.result import SweepResult
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.transplant.sweep.made_up import ROWS, result

Finish = Callable[[SweepResult], int]


@pytest.fixture
def tab(panel: TransplantPanel) -> SweepTab:
    panel.restore_view({"tab": "sweep"})
    made = panel.made("sweep")
    assert isinstance(made, SweepTab)
    return made


@pytest.fixture
def asked(base: Path, target: Path, text: Path) -> dict[str, Any]:
    return {
        "base": str(base),
        "target_tokenizer": str(target),
        "text": [str(text)],
        "method": ["omp k=8,16,64", "procrustes"],
        "without_case": True,
    }


@pytest.fixture
def finish(project: Project, tab: SweepTab, asked: dict[str, Any]) -> Finish:
    """Record a sweep that gave a result, and show it; its number."""

    def record(found: SweepResult) -> int:
        run_id = project.add_run(RunSpec(kind="sweep", request=asked, seed=5, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


def test_that_the_sentence_and_the_facts_come_first(tab: SweepTab, finish: Finish) -> None:
    run = finish(result())
    assert tab.page.answer.sentence.text() == (
        "procrustes is best of 6: 2.400 bits per byte (2.000 before), ahead of omp k=8 (2.410); omp k=16 "
        "cannot be told apart from it."
    )
    assert tab.page.answer.facts.text() == (
        "prose-bpe → prose-unigram · 3,421 new tokens · 6 tried · 2 could not run · 9,000 bytes of text · "
        f"41 s · run {run}"
    )


def test_that_the_board_says_which_differences_are_real_and_what_could_not_run(
    tab: SweepTab, finish: Finish
) -> None:
    finish(result())
    board = cells(tab.board.table)
    assert [line[:3] for line in board[:2]] == [["1", "procrustes", "2.400"], ["2", "omp k=16", "2.405"]]
    assert [line[3] for line in board[:3]] == [
        "–",
        "not told apart  (−0.004\u00a0…\u00a0+0.012)",
        "+0.005\u00a0…\u00a0+0.020",
    ]
    assert tab.board.failed.text().splitlines() == [
        "Could not run:",
        "ridge: Too few anchors.",
        "focus: FOCUS needs text to learn from.",
    ]
    titles = [tab.board.table.figures.columns[place].title for place in tab.board.table.shown_columns()]
    assert "± seeds" in titles
    assert "nDCG@10" not in titles
    tab.board.table.sortByColumn(METHOD, Qt.SortOrder.AscendingOrder)
    assert cells(tab.board.table)[0][1] == "fvt / mean"


def test_that_points_are_hovered_and_a_click_chooses_the_row(
    qtbot: QtBot, tab: SweepTab, finish: Finish
) -> None:
    finish(result())
    plot = tab.plots.quality
    by_name = {point.name: point for point in plot.points}
    assert set(by_name) == {row.line for row in ROWS if row.rank}
    assert by_name["random"].x == pytest.approx(0.01)
    assert (by_name["omp k=16"].low, by_name["omp k=16"].high) == pytest.approx((2.305, 2.505))
    assert "Cannot be told apart from the best" in by_name["omp k=16"].words
    assert "Mean of 3 seeds, which differ by 0.0036" in by_name["random"].words
    qtbot.mouseClick(
        plot,
        Qt.MouseButton.LeftButton,
        pos=QPoint(*map(round, plot.place_of(by_name["random"]).toTuple())),  # type: ignore[call-overload]
    )
    assert tab.board.table.currentIndex().row() == 5
    assert tab.board.keep_button.text() == "Keep random"


def test_that_points_are_gone_through_by_keys(qtbot: QtBot, tab: SweepTab, finish: Finish) -> None:
    finish(result())
    plot = tab.plots.quality
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.accessibleDescription().startswith("random: 2.500 bits per byte; ")
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert tab.board.table.currentIndex().row() == 0


def test_that_a_parameter_of_many_values_has_a_curve(tab: SweepTab, finish: Finish) -> None:
    finish(result())
    assert tab.plots.view.buttons[VALUES].text() == "Against k"
    tab.plots.view.choose(VALUES)
    assert tab.plots.values.isVisible()
    [line] = tab.plots.values.series
    assert (line.name, list(line.x), list(line.y)) == ("omp", [8, 16, 64], [2.41, 2.405, 2.43])
    finish(result(rows=[ROWS[0], ROWS[5]]))
    assert not tab.plots.view.isVisible()
    assert tab.plots.quality.isVisible()


def test_that_keep_runs_the_transplant_of_the_row(
    qtbot: QtBot, session: Session, project: Project, tab: SweepTab, finish: Finish, asked: dict[str, Any]
) -> None:
    session.hold(True)
    finish(result())
    assert tab.board.keep_button.text() == "Keep the best"
    tab.board.choose("omp k=16")
    with qtbot.waitSignal(session.run_requested) as shown:
        qtbot.mouseClick(tab.board.keep_button, Qt.MouseButton.LeftButton)
    record = project.run(shown.args[0])
    assert (record.kind, record.seed) == ("transplant", 5)
    assert (record.request["method"]["name"], record.request["method"]["k"]) == ("omp", 16)
    assert record.request["text"] == asked["text"]
    assert record.request["without_case"] is True
    session.cancel(record.id)


def test_that_a_row_opens_in_the_transplant_tab(
    qtbot: QtBot, panel: TransplantPanel, tab: SweepTab, finish: Finish, asked: dict[str, Any]
) -> None:
    finish(result())
    tab.board.choose("fvt / mean")
    qtbot.mouseClick(tab.board.open_button, Qt.MouseButton.LeftButton)
    assert panel.tab == "transplant"
    page = panel.made("transplant").page
    assert page is not None
    values = page.setup.form.values()
    assert values["method"]["name"] == "fvt"
    assert values["head_method"] == "mean"
    assert values["base"] == asked["base"]


def test_that_the_board_fills_while_the_sweep_goes_on(
    session: Session, project: Project, tab: SweepTab, asked: dict[str, Any]
) -> None:
    run_id = project.add_run(RunSpec(kind="sweep", request=asked, title="made up")).result()
    project.start_run(run_id).result()
    tab.show_run(project.run(run_id))
    assert not tab.board.isVisible()
    begun = {"candidates": 7, "measure": "bits per byte", "before": {"all": 2.0}}
    session.run_event.emit(run_id, Partial(data=begun))
    for row in (ROWS[5], ROWS[6], ROWS[0]):
        told = row.model_copy(update={"rank": None, "behind": None}).model_dump(mode="json")
        session.run_event.emit(run_id, Partial(data={"row": told}))
    assert [line[0] for line in cells(tab.board.table)] == ["procrustes", "random"]
    assert tab.board.failed.text().endswith("ridge: Too few anchors.")
    assert not tab.board.keep_button.isVisible()
    assert [point.name for point in tab.plots.quality.points] == ["random", "procrustes"]
    session.run_event.emit(run_id, Partial(data={"row": {"of": "another version"}}))


def test_that_a_stopped_sweep_says_that_it_can_go_on(
    project: Project, tab: SweepTab, asked: dict[str, Any]
) -> None:
    run_id = project.add_run(RunSpec(kind="sweep", request=asked, title="made up")).result()
    project.start_run(run_id).result()
    error = ErrorInfo(kind="user", message="The text is gone.", field="text")
    project.finish_run(run_id, Finished(status="failed", error=error)).result()
    tab.show_run(project.run(run_id))
    assert tab.page.status.isVisible()
    assert not tab.board.isVisible()


def test_that_models_and_texts_are_dropped_into_the_form(
    tab: SweepTab, base: Path, target: Path, text: Path
) -> None:
    assert tab.drop([base, target, text])
    values = tab.page.setup.form.values()
    assert values["base"] == str(base)
    assert values["target_tokenizer"] == str(target)
    assert str(text) in values["text"]


def test_that_without_a_text_hidden_anchors_are_what_is_shown(tab: SweepTab, finish: Finish) -> None:
    rows = [
        row.model_copy(update={"bits_per_byte": {}, "interval": None, "behind": None, "like_best": False})
        for row in ROWS[:2]
    ]
    finish(result(rows=rows, measure="cosine", before={}, bytes={}))
    assert "mean cosine on hidden anchors" in tab.page.answer.sentence.text()
    titles = [tab.board.table.figures.columns[place].title for place in tab.board.table.shown_columns()]
    assert titles[:2] == ["", "method"]
    assert "bits per byte" not in titles
    assert "Higher is better" in tab.plots.words.text()


def test_that_columns_that_come_at_the_end_are_as_wide_as_what_they_hold(
    qtbot: QtBot, tab: SweepTab, finish: Finish
) -> None:
    """Behind the best, the rank: while a sweep goes on there are none, and their columns are hidden."""
    run = finish(result())
    tab.window().show()
    qtbot.waitUntil(tab.board.table.isVisible)
    board, found = tab.board, result()
    partial = [row.model_copy(update={"rank": None, "behind": None}) for row in found.rows]
    board.show_rows(partial, [], found.measure, done=False)
    board.show_rows(found.rows, [], found.measure, done=True)
    header = board.table.horizontalHeader()
    assert header.sectionSize(0) < header.sectionSize(METHOD)
    behind = next(at for at, c in enumerate(board.table.figures.columns) if c.title == "behind the best")
    needed = board.table.fontMetrics().horizontalAdvance("not told apart  (−0.004 … +0.012)")
    assert header.sectionSize(behind) >= needed
    assert run
