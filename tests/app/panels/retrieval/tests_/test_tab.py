"""The Tests tab: figures beside published ones, histograms, groups of analogies, what is dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.panels.retrieval.panel import RetrievalPanel
from app.panels.retrieval.tests_.tab import TestsTab
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.intrinsic.request import IntrinsicRequest
from core.retrieval.intrinsic.result import IntrinsicResult
from tests.app.panels.retrieval.tests_.made_up import result, row
from tests.app.panels.tokenizers.cells import cells

Show = Callable[[IntrinsicResult], None]


@pytest.fixture
def tab(panel: RetrievalPanel) -> TestsTab:
    panel.restore_view({"tab": "tests"})
    made = panel.made("tests")
    assert isinstance(made, TestsTab)
    return made


@pytest.fixture
def show(qtbot: QtBot, project: Project, panel: RetrievalPanel, tab: TestsTab, tmp_path: Path) -> Show:
    def record(found: IntrinsicResult) -> None:
        request = {"encoder": {"kind": "dense", "model": str(tmp_path)}, "sts": [str(tmp_path / "a.tsv")]}
        run_id = project.add_run(RunSpec(kind="intrinsic", request=request, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        panel.show_run(project.run(run_id))
        qtbot.waitUntil(lambda: tab.page.result is not None)

    return record


def test_that_each_figure_has_a_row_with_what_others_report(tab: TestsTab, show: Show) -> None:
    show(result())
    found = cells(tab.cards.figures.table)
    assert found[0] == ["Triplets", "accuracy", "0.750", "–", "own.tsv", "90", "100"]
    assert found[1][2] == "0"
    assert found[3][2:4] == ["1.081", "people (N = 32) 1.35"]
    assert found[4][2] == "2.0e-05"
    assert tab.page.answer.sentence.text().startswith("glove: own.tsv: accuracy 0.750; google.txt: 3CosAdd")
    assert "50 dimensions · 4 tests" in tab.page.answer.facts.text()


def test_that_a_row_says_what_its_figure_is_and_who_published_the_other(tab: TestsTab, show: Show) -> None:
    show(result())
    tab.cards.figures.table.selectRow(3)
    said = tab.cards.figures.chosen.text()
    assert said == "effect size: what effect size is.\npeople (N = 32): 1.35 (somebody 1998)"
    tab.cards.figures.table.selectRow(2)
    assert tab.cards.figures.chosen.text().endswith("Answers come from 30,000 words.")


def test_that_margins_and_hubs_are_shown_as_histograms(tab: TestsTab, show: Show, qtbot: QtBot) -> None:
    show(result())
    qtbot.waitUntil(lambda: "triplets" in tab.cards.spread.plots)
    assert [tab.cards.spread.choice.itemText(place) for place in range(2)] == [
        "Triplets · own.tsv",
        "Hubs · help",
    ]
    assert tab.cards.spread.plots["triplets"].isVisible()
    assert tab.cards.spread.plots["triplets"].words(1) == "margin 0.00 to 0.20: 40 triplets"
    tab.cards.spread.choice.setCurrentIndex(1)
    assert tab.cards.spread.plots["hubs"].isVisible()
    assert not tab.cards.spread.plots["triplets"].isVisible()
    assert tab.cards.spread.words.text() == "Occurrences."


def test_that_figures_appear_while_the_run_goes_on(
    project: Project, tab: TestsTab, panel: RetrievalPanel, tmp_path: Path
) -> None:
    request = {"encoder": {"kind": "dense", "model": str(tmp_path)}, "sts": [str(tmp_path / "a.tsv")]}
    run_id = project.add_run(RunSpec(kind="intrinsic", request=request, title="made up")).result()
    project.start_run(run_id).result()
    panel.show_run(project.run(run_id))
    first = result().rows[0]
    tab.page.told.emit(Partial(data={"row": first.model_dump(mode="json")}))
    tab.page.told.emit(Partial(data={"row": {"test": "of another version"}}))
    assert len(cells(tab.cards.figures.table)) == len(first.figures)
    assert tab.cards.figures.isVisible()
    assert not tab.cards.spread.isVisible()


def test_that_analogies_are_told_by_group_and_what_was_left_out_is_listed(tab: TestsTab, show: Show) -> None:
    show(result())
    assert cells(tab.cards.sections.table) == [["family", "30", "40", "75.0%"], ["gram1", "5", "50", "10.0%"]]
    assert cells(tab.cards.skipped.table) == [["words of WEAT without a vector", "3", "gladiola"]]


def test_that_cards_without_anything_hide_and_an_unmeasured_set_is_said(tab: TestsTab, show: Show) -> None:
    show(result(rows=[row("weat", "2. Names", notes=["Not measured."])], skipped=[]))
    assert not tab.cards.spread.isVisible()
    assert not tab.cards.sections.isVisible()
    assert not tab.cards.skipped.isVisible()
    assert "2. Names: Not measured." in tab.cards.figures.chosen.text()


def test_that_tables_go_where_their_names_say(tab: TestsTab, tmp_path: Path) -> None:
    for name in ("my-triplets.tsv", "pairs.csv"):
        (tmp_path / name).write_text("a,b,1\n", encoding="utf-8")
    assert tab.drop([tmp_path / "my-triplets.tsv", tmp_path / "pairs.csv"])
    form = tab.page.setup.form
    assert str(tmp_path / "my-triplets.tsv") in form.box("triplets").editor.value()
    assert form.box("sts").editor.value() == [str(tmp_path / "pairs.csv")]


def test_that_the_sample_is_a_request_that_will_do(tab: TestsTab) -> None:
    request = IntrinsicRequest.model_validate(tab.sample_values())
    assert tab.title_of(request) == "embedder · triplets, help"
    assert all(path.is_file() for path in request.triplets)
