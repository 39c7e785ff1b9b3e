"""The Study tab: the grid with its marks, layers, designs and costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.panels.retrieval.panel import RetrievalPanel
from app.panels.retrieval.sought import Sought
from app.panels.retrieval.study.tab import StudyTab
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.study.result import StudyResult
from tests.app.panels.retrieval.study.made_up import OWN, result
from tests.app.panels.tokenizers.cells import cells

Show = Callable[..., StudyResult]


@pytest.fixture
def tab(panel: RetrievalPanel) -> StudyTab:
    panel.restore_view({"tab": "study"})
    made = panel.made("study")
    assert isinstance(made, StudyTab)
    return made


@pytest.fixture
def show(qtbot: QtBot, project: Project, panel: RetrievalPanel, tab: StudyTab, tmp_path: Path) -> Show:
    def record(found: StudyResult) -> StudyResult:
        request = {"model": str(tmp_path), "collection": str(tmp_path)}
        run_id = project.add_run(RunSpec(kind="pooling-study", request=request, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        panel.show_run(project.run(run_id))
        qtbot.waitUntil(lambda: tab.page.result is not None)
        return found

    return record


def test_that_the_grid_has_a_row_a_pooling_with_marks(tab: StudyTab, show: Show) -> None:
    show(result())
    table = tab.cards.grid.table
    rows = [[cell.replace("\u00a0", " ").strip() for cell in row] for row in cells(table)]
    assert rows[0] == ["mean", "0.310 [0.26, 0.36] ▲", "0.220 [0.17, 0.27]"]
    assert ["last token", "0.200 [0.15, 0.25] ●", "0.100 [0.05, 0.15] ▼"] in rows
    assert ["echo, mean", "0.240 [0.19, 0.29]", "–"] in rows
    titles = [table.figures.headerData(place, table.horizontalHeader().orientation()) for place in range(3)]
    assert titles == ["pooling", "causal, as made", "bidirectional"]
    assert not tab.cards.grid.layer.isVisible()
    assert table.figures.columns[1].shade is not None
    assert table.figures.columns[1].shade(table.record(0)) == pytest.approx(1.0)
    assert "Holm" in tab.cards.grid.meaning.text()


def test_that_a_row_says_its_differences_from_the_own_choice(tab: StudyTab, show: Show) -> None:
    show(result())
    tab.cards.grid.table.selectRow(0)
    said = tab.cards.grid.chosen.text().replace("\u00a0", " ")
    assert "mean · causal: +0.110 against the own (+0.080 … +0.140, p = 0.0040)" in said
    assert "20 queries better, 12 worse" in said
    tab.cards.grid.table.selectRow([row[0] for row in cells(tab.cards.grid.table)].index("last token"))
    assert f"{OWN} is the model's own choice." in tab.cards.grid.chosen.text()


def test_that_the_answer_says_what_beats_the_own_choice(tab: StudyTab, show: Show) -> None:
    show(result())
    assert tab.page.answer.sentence.text().replace("\u00a0", " ") == (
        "mean · causal beats the model's own choice, last token · causal, by 0.110 on nDCG@10 (p = 0.004)."
    )
    assert "corrected for 7 comparisons (Holm)" in tab.page.answer.facts.text()


def test_that_layers_are_chosen_and_drawn(tab: StudyTab, show: Show) -> None:
    show(result(layers=True))
    assert [tab.cards.grid.layer.itemText(place) for place in range(3)] == [
        "layer 4, the last",
        "layer 3",
        "layer 1",
    ]
    tab.cards.grid.layer.setCurrentIndex(1)
    rows = cells(tab.cards.grid.table)
    assert rows[0][0] == "mean"
    assert rows[0][1].startswith("0.330")
    assert "multi-layer head" in [row[0] for row in rows]
    assert "echo, mean" not in [row[0] for row in rows]
    (line,) = tab.cards.layers.plot.series
    assert (line.name, list(line.x)) == ("mean · causal", [1.0, 3.0, 4.0])


def test_that_designs_and_heads_are_told_only_where_there_are_any(tab: StudyTab, show: Show) -> None:
    show(result())
    assert not tab.cards.layers.isVisible()
    assert "1: last token, causal 0.200" in tab.cards.designs.designs.text()
    assert len(cells(tab.cards.designs.table)) == 1
    assert cells(tab.cards.costs.heads)[0][1:5] == ["1,000,000", "4.0", "3.40", "0.90"]
    assert "200 pairs: titles and bodies" in tab.cards.costs.pairs.text()
    ways = {row[0]: row for row in cells(tab.cards.costs.table)}
    assert ways["echo, mean · causal"][2] == "6.00"
    assert ways["mean · bidirectional"][2:] == ["3.50", "0.40", "256", "1.02 kB"]
    show(result(heads=False))
    assert not tab.cards.designs.isVisible()
    assert not tab.cards.costs.heads.isVisible()


def test_that_why_looks_at_the_best_against_the_own(tab: StudyTab, show: Show, qtbot: QtBot) -> None:
    show(result())
    with qtbot.waitSignal(tab.wanted) as told:
        tab.acts(Path("/out"))["why"]()
    key, sought = told.args
    assert key == "why"
    assert isinstance(sought, Sought)
    assert (sought.first, sought.second) == ("mean · causal", OWN)


def test_that_what_is_dropped_finds_its_field(tab: StudyTab, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}", encoding="utf-8")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("query,positive\na,b\nc,d\n", encoding="utf-8")
    assert tab.drop([model, pairs])
    values = tab.page.setup.form.values()
    assert (values["model"], values["pairs"]) == (str(model), str(pairs))
    assert tab.sample_values()["model"].endswith(("prose-bpe", "prose-unigram"))
