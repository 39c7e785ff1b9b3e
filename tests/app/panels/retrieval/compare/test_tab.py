"""The Compare tab: what is put side by side, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.panels.retrieval.compare.tab import NO_TEXTS, CompareTab
from app.panels.retrieval.panel import RetrievalPanel
from app.session import Session
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.compare.request import CompareRequest
from tests.app.panels.retrieval.made_up import NAMES, record, result

Finish = Callable[..., int]


@pytest.fixture
def tab(panel: RetrievalPanel) -> CompareTab:
    panel.restore_view({"tab": "compare"})
    made = panel.made("compare")
    assert isinstance(made, CompareTab)
    return made


def test_that_a_comparison_is_shown_like_an_evaluation(qtbot: QtBot, tab: CompareTab, finish: Finish) -> None:
    finish(kind="retrieval-compare")
    qtbot.waitUntil(lambda: tab.page.result is not None)
    assert tab.page.answer.sentence.text().startswith("Hybrid · RRF of both beats")
    assert [row.name for row in tab.cards.means.dots.rows] == list(reversed(NAMES))


def test_that_without_an_evaluation_the_sample_leads_to_one(
    qtbot: QtBot, session: Session, panel: RetrievalPanel, tab: CompareTab
) -> None:
    with qtbot.waitSignal(session.message) as said:
        tab.run_sample()
    assert "run one first" in said.args[0]
    assert panel.tab == "evaluate"


def test_that_the_newest_evaluations_of_a_collection_are_proposed(
    qtbot: QtBot, project: Project, panel: RetrievalPanel, tmp_path: Path
) -> None:
    folders = []
    for number in range(3):
        found = result(out=str(tmp_path / f"out {number}"))
        record(tmp_path / f"out {number}", found)
        folders.append(found.out)
        request = {"collection": str(tmp_path / ("other" if number == 1 else "")), "systems": ["bm25"]}
        run = project.add_run(RunSpec(kind="retrieval", request=request, title="made up")).result()
        project.start_run(run).result()
        project.finish_run(run, Finished(status="done", result=found.model_dump(mode="json"))).result()
    panel.restore_view({"tab": "compare"})
    tab = panel.made("compare")
    assert isinstance(tab, CompareTab)
    form = tab.page.setup.form
    qtbot.waitUntil(lambda: form.box("results").editor.value() == [folders[2], folders[0]])
    assert form.values()["collection"] == str(tmp_path)
    CompareRequest.model_validate(tab.sample_values())


def test_that_evaluations_rankings_and_judgements_can_be_dropped(tab: CompareTab, tmp_path: Path) -> None:
    run, qrels, folder = tmp_path / "a.run", tmp_path / "qrels.txt", tmp_path / "evaluation"
    run.write_text("1 Q0 d1 1 0.5 x\n")
    qrels.write_text("1 0 d1 1\n")
    record(folder, result())
    assert tab.drop([run, qrels, folder])
    values = tab.page.setup.form.values()
    assert values["runs"] == [str(run)]
    assert values["qrels"] == str(qrels)
    assert values["results"] == [str(folder)]


def test_that_its_runs_are_called_by_what_they_compare(tab: CompareTab) -> None:
    request = CompareRequest(
        results=[Path("/lab/artifacts/3/evaluation"), Path("/elsewhere/mine")], runs=[Path("/r/theirs.run")]
    )
    assert tab.title_of(request) == "run 3, mine, theirs compared"


def test_that_a_bar_leads_to_why_where_there_are_texts(
    qtbot: QtBot, session: Session, project: Project, tab: CompareTab, finish: Finish
) -> None:
    finish(kind="retrieval-compare")
    qtbot.waitUntil(lambda: tab.page.result is not None)
    with qtbot.waitSignal(tab.wanted) as wanted:
        tab.cards.differences.asked.emit("5")
    assert wanted.args[1].query == "5"
    run = project.add_run(RunSpec(kind="retrieval-compare", request={"runs": []}, title="made up")).result()
    project.start_run(run).result()
    project.finish_run(run, Finished(status="done", result=result().model_dump(mode="json"))).result()
    tab.show_run(project.run(run))
    qtbot.waitUntil(lambda: tab.page.result is not None and tab.page.result.out is None)
    with qtbot.waitSignal(session.message) as said:
        tab.cards.differences.asked.emit("5")
    assert said.args[0] == NO_TEXTS
