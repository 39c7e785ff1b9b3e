"""Inspect: which transplant is looked into, its list of tokens, one token in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.transplant.graft.tab import GraftTab
from app.panels.transplant.inspect.sought import Sought, latest_place, place_of, place_of_run
from app.panels.transplant.inspect.tab import EMPTY, InspectTab
from app.panels.transplant.panel import TransplantPanel
from app.session import Session
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.transplant.inspect.request import Place
from core.transplant.result import TransplantResult
from tests.app.panels.transplant.made_up import model, result
from tests.core.transplant.inspect.test_inspect import BASE, BASE_ROWS, NEW, rows_of, write

Finish = Callable[[TransplantResult], int]


@pytest.fixture
def made(tmp_path: Path) -> Place:
    """A transplant, as in the tests of what answers."""
    base = write(tmp_path / "old", BASE, BASE_ROWS)
    new = np.array([BASE_ROWS[0], BASE_ROWS[1], [0.9, 0.8, 0.9], [0, -0.7, 0.5], BASE_ROWS[2]], np.float32)
    folder = write(tmp_path / "made", NEW, new)
    rows_of(folder)
    return Place(model=folder, base=base)


@pytest.fixture
def inspect(qtbot: QtBot, panel: TransplantPanel) -> InspectTab:
    panel.restore_view({"tab": "inspect"})
    tab = panel.made("inspect")
    assert isinstance(tab, InspectTab)
    return tab


def tokens(tab: InspectTab) -> list[int]:
    return [row.id for row in tab.list.table.figures.rows]


def test_that_it_begins_with_what_one_can_see_here(inspect: InspectTab) -> None:
    assert inspect.notice.isVisible()
    assert inspect.notice.words.text() == EMPTY
    assert not inspect.latest.isVisible()


def test_that_the_latest_transplant_is_one_press_away(
    qtbot: QtBot, project: Project, panel: TransplantPanel, finish: Finish, made: Place
) -> None:
    run_id = finish(result(out=made.model, base=str(made.base)))
    finish(result(out="/gone"))
    panel.restore_view({"tab": "inspect"})
    tab = panel.made("inspect")
    assert isinstance(tab, InspectTab)
    qtbot.waitUntil(tab.latest.isVisible)
    assert tab.latest.text() == f"Look into run {run_id}"
    qtbot.mouseClick(tab.latest, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tokens(tab) == [2, 3])
    assert tab.place is not None
    assert tab.place.base == made.base
    assert tab.model.editor.value() == str(made.model)


def test_that_tokens_are_searched_filtered_and_sorted(qtbot: QtBot, inspect: InspectTab, made: Place) -> None:
    inspect.open(Sought(made))
    qtbot.waitUntil(lambda: tokens(inspect) == [0, 1, 2, 3, 4])
    assert inspect.list.number.text() == "5 tokens"
    inspect.list.line.setText("B")
    qtbot.waitUntil(lambda: tokens(inspect) == [1, 2, 3])
    inspect.list.line.clear()
    inspect.list.choose_source("method")
    inspect.list.choose_order("residual")
    inspect.list.changed.emit()
    qtbot.waitUntil(lambda: tokens(inspect) == [2, 3])
    assert inspect.list.source.currentText() == "Approximated (2)"
    assert inspect.list.table.isColumnHidden(4)


def test_that_a_token_shows_where_its_row_comes_from(qtbot: QtBot, inspect: InspectTab, made: Place) -> None:
    inspect.open(Sought(made))
    qtbot.waitUntil(lambda: len(tokens(inspect)) == 5)
    inspect.list.table.selectRow(3)
    view = inspect.view
    qtbot.waitUntil(view.head.isVisible)
    assert view.token.text() == "bc"
    assert view.origin.text().startswith("Made by the method from 2 tokens of the base; 20\u00a0% of")
    assert view.facts.text() == "id 3 · not in the base · 2 bytes: 62 63"
    assert [(bar.name, round(bar.value, 2)) for bar in view.bars.bars] == [("b", -0.7), ("c", 0.5)]
    assert view.rest.text() == "The weights add up to −0.20."
    assert view.near.isVisible()
    assert not view.table.isColumnHidden(1)
    assert view.table.isColumnHidden(2)
    inspect.list.table.selectRow(4)
    qtbot.waitUntil(lambda: view.token.text() == "c")
    assert view.origin.text() == "Copied from the base's token 2, c, which has the same bytes."
    assert not view.built.isVisible()


def test_that_without_its_base_atoms_are_shown_by_number(
    qtbot: QtBot, inspect: InspectTab, made: Place
) -> None:
    assert inspect.drop([made.model])
    qtbot.waitUntil(lambda: len(tokens(inspect)) == 5)
    assert "by their ids" in inspect.base.line
    inspect.look(3)
    qtbot.waitUntil(inspect.view.head.isVisible)
    assert [bar.name for bar in inspect.view.bars.bars] == ["#1", "#2"]
    inspect.base.editor.set_value(str(made.base))
    inspect.base.editor.changed.emit()
    qtbot.waitUntil(lambda: [bar.name for bar in inspect.view.bars.bars] == ["b", "c"])


def test_that_a_folder_that_holds_no_transplant_is_told_on_the_page(
    qtbot: QtBot, session: Session, inspect: InspectTab, tmp_path: Path
) -> None:
    plain = model(tmp_path / "plain", "Ġmore")
    assert not inspect.drop([plain])
    inspect.model.editor.set_value(str(plain))
    inspect.model.editor.changed.emit()
    qtbot.waitUntil(inspect.retry.isVisible)
    assert "a model that a transplant wrote" in inspect.notice.words.text()
    rows_of(plain)  # of another vocabulary
    qtbot.mouseClick(inspect.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "different models" in inspect.notice.words.text())


def test_that_a_part_of_the_bar_opens_its_tokens(
    qtbot: QtBot, project: Project, panel: TransplantPanel, tab: GraftTab, finish: Finish, made: Place
) -> None:
    panel.show_run(project.run(finish(result(out=made.model, base=str(made.base)))))
    tab.bar.part_chosen.emit("method")
    qtbot.waitUntil(lambda: panel.tab == "inspect")
    inspect = panel.made("inspect")
    assert isinstance(inspect, InspectTab)
    qtbot.waitUntil(lambda: tokens(inspect) == [2, 3])
    tab.inspect("method", 3)
    qtbot.waitUntil(lambda: inspect.view.token.text() == "bc")
    assert tokens(inspect) == [3]


def test_that_it_comes_back_as_it_was_left(
    qtbot: QtBot, session: Session, inspect: InspectTab, made: Place
) -> None:
    inspect.open(Sought(made, "method", None))
    qtbot.waitUntil(lambda: tokens(inspect) == [2, 3])
    inspect.look(3)
    qtbot.waitUntil(inspect.view.head.isVisible)
    again = InspectTab(session)
    qtbot.addWidget(again)
    again.restore(inspect.state())
    qtbot.waitUntil(lambda: again.view.token.text() == "bc")
    assert again.state() == inspect.state()
    for strange in ({}, {"place": 3}, {"place": {"model": [1]}}):
        other = InspectTab(session)
        qtbot.addWidget(other)
        other.restore(strange)
        assert other.place is None


def test_that_a_run_tells_what_its_model_was_made_of(
    project: Project, finish: Finish, made: Place, text: Path
) -> None:
    run_id = finish(result(out=made.model, base=str(made.base), donor="/gone"))
    place = place_of_run(project.run(run_id))
    assert place is not None
    assert (place.base, place.donor, place.text) == (made.base, None, (text,))
    assert place_of(project, made.model, None) == place
    assert place_of(project, Path("/elsewhere"), made.base) == Place(model=Path("/elsewhere"), base=made.base)
    assert latest_place(project) == (run_id, place)
    assert latest_place(None) is None


def test_that_other_runs_have_no_place(project: Project) -> None:
    run_id = project.add_run(RunSpec(kind="train-tokenizer", request={}, title="x")).result()
    project.start_run(run_id).result()
    finished: Any = Finished(status="done", result={"out": "/x"})
    project.finish_run(run_id, finished).result()
    assert place_of_run(project.run(run_id)) is None
