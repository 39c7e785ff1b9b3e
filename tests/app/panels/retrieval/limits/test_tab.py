"""The Limits tab: two questions, each with its own setup and result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.panels.retrieval.limits.dimension import DimensionTab
from app.panels.retrieval.limits.model import ModelTab
from app.panels.retrieval.limits.tab import LimitsTab
from app.panels.retrieval.panel import RetrievalPanel
from app.session import Session
from core.jobs.events import Finished, Partial
from core.jobs.request import Result, RunSpec
from core.project.project import Project
from tests.app.panels.retrieval.limits.made_up import critical_result, limit_result, point
from tests.app.panels.tokenizers.cells import cells


@pytest.fixture
def tab(panel: RetrievalPanel) -> LimitsTab:
    panel.restore_view({"tab": "limits"})
    made = panel.made("limits")
    assert isinstance(made, LimitsTab)
    return made


@pytest.fixture
def show(qtbot: QtBot, project: Project, panel: RetrievalPanel, tab: LimitsTab) -> Callable[..., int]:
    """Record a run with a result and show it; waits until it is read."""

    def record(kind: str, request: dict[str, Any], result: Result | None) -> int:
        run_id = project.add_run(RunSpec(kind=kind, request=request, title="made up")).result()
        project.start_run(run_id).result()
        if result is not None:
            done = Finished(status="done", result=result.model_dump(mode="json"))
            project.finish_run(run_id, done).result()
        panel.show_run(project.run(run_id))
        if result is not None:
            qtbot.waitUntil(lambda: tab.page is not None and tab.page.result is not None)
        return run_id

    return record


def test_that_a_run_chooses_its_question(
    tab: LimitsTab, show: Callable[..., int], panel: RetrievalPanel
) -> None:
    assert tab.question.key == "model"
    show("critical-n", {"dimensions": "2..8"}, critical_result())
    assert tab.question.key == "dimension"
    assert panel.page is tab.made("dimension").page
    show("retrieval-limit", {"systems": ["bm25"]}, limit_result())
    assert tab.question.key == "model"
    assert panel.page is tab.made("model").page


def test_that_a_model_s_figures_stand_beside_the_paper_s(tab: LimitsTab, show: Callable[..., int]) -> None:
    show("retrieval-limit", {"systems": ["bm25"]}, limit_result())
    part = tab.part
    assert isinstance(part, ModelTab)
    rows = cells(part.paper.table)
    assert [row[1] for row in rows] == ["R@2"] * 6 + ["R@20"] * 4
    assert [row[0] for row in rows[:4]] == [
        "minilm",
        "BM25 · k1 1.2, b 0.75",
        "Hybrid · RRF of both",
        "the best single-vector model",
    ]
    assert rows[0][3] == "46 documents, 40 queries, dense"
    assert "96.6% are asked for together" in part.paper.facts.text()
    assert "the collection is sound" in part.paper.facts.text()
    assert part.page.answer.sentence.text().startswith("minilm finds")
    assert len(part.cards.means.dots.rows) == 3


def test_that_many_documents_stand_beside_the_paper_s_full_version(
    tab: LimitsTab, show: Callable[..., int]
) -> None:
    show("retrieval-limit", {"systems": ["bm25"]}, limit_result(50_000, words=0.98))
    part = tab.part
    assert isinstance(part, ModelTab)
    assert [row[1] for row in cells(part.paper.table)] == ["R@100"] * 5 + ["R@10"] * 4
    assert "not what it should be" in part.paper.facts.text()


def test_that_the_curve_has_the_paper_s_fit_and_ours(tab: LimitsTab, show: Callable[..., int]) -> None:
    show("critical-n", {"dimensions": "2..8"}, critical_result())
    part = tab.part
    assert isinstance(part, DimensionTab)
    assert [(line.name, line.x[0]) for line in part.curve.plot.series] == [
        ("found", 2.0),
        ("the paper's fit", 4.0),
        ("our fit", 4.0),
    ]
    assert part.page.answer.sentence.text() == (
        "8 dimensions can hold all pairs of 28 documents; the paper's fit gives 26.9."
    )
    part.curve.view.choose("table")
    assert part.curve.table.isVisible()
    assert not part.curve.plot.isVisible()
    rows = cells(part.curve.table)
    assert rows[-1][:3] == ["8", "28", "26.9"]
    assert rows[-1][4] == "29: 98.50%"
    extended = cells(part.extended.table)
    assert extended[2][:2] == ["1,024", "4,031,488"]
    assert "no forecast" in part.extended.words.text()


def test_that_triples_have_no_line_of_the_paper(tab: LimitsTab, show: Callable[..., int]) -> None:
    show(
        "critical-n",
        {"dimensions": "4", "k": 3},
        critical_result(k=3, fit=None, points=[point(4, 7), point(4, 8, 43)]),
    )
    part = tab.part
    assert isinstance(part, DimensionTab)
    assert [line.name for line in part.curve.plot.series] == ["found"]
    assert not part.extended.isVisible()
    assert [row[1] for row in cells(part.curve.table)] == ["42", "43"]


def test_that_the_curve_grows_while_a_run_goes_on(
    tab: LimitsTab, show: Callable[..., int], session: Session
) -> None:
    run_id = show("critical-n", {"dimensions": "4..5"}, None)
    part = tab.part
    assert isinstance(part, DimensionTab)
    for width, n in ((4, 9), (5, 13)):
        session.run_event.emit(run_id, Partial(data={"point": point(width, n).model_dump()}))
    session.run_event.emit(run_id, Partial(data={"other": 1}))
    assert list(part.curve.plot.series[0].y) == [9.0, 13.0]
    assert part.curve.isVisible()


def test_that_what_was_left_comes_back(tab: LimitsTab, qtbot: QtBot, session: Session) -> None:
    tab.question.choose("dimension")
    other = LimitsTab(session)
    qtbot.addWidget(other)
    other.restore(tab.state())
    assert other.question.key == "dimension"
    assert other.page is other.made("dimension").page


def test_that_a_model_that_is_dropped_joins_the_systems(tab: LimitsTab, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}", encoding="utf-8")
    assert tab.drop([model])
    systems = tab.made("model").page.setup.form.values()["systems"]
    assert any("model" in str(system) for system in systems)
    assert tab.made("model").sample_values()["systems"][-1] == "bm25"
