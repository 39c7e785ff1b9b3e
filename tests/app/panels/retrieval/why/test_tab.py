"""The Why tab: which evaluation and query it looks into, and what it shows of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.retrieval.panel import RetrievalPanel
from app.panels.retrieval.sought import Sought
from app.panels.retrieval.why.tab import WhyTab
from app.session import Session
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.record.inspect import FILE
from core.retrieval.why.result import WhyResult
from tests.app.panels.retrieval.made_up import NAMES, result
from tests.app.panels.tokenizers.cells import cells

Finish = Callable[..., int]


@pytest.fixture
def tab(panel: RetrievalPanel) -> WhyTab:
    panel.restore_view({"tab": "why"})
    made = panel.made("why")
    assert isinstance(made, WhyTab)
    return made


@pytest.fixture
def opened(qtbot: QtBot, panel: RetrievalPanel, tab: WhyTab, finish: Finish) -> WhyTab:
    """An evaluation of twelve queries; looked into as from the bar of the seventh."""
    run = finish(result(queries=12))
    panel._go("why", Sought(run, NAMES[0], NAMES[1], "7", "nDCG@10"))
    qtbot.waitUntil(lambda: tab.view.isVisible() and "case 7" in tab.view.heading.text())
    return tab


def ranks(tab: WhyTab) -> list[list[str]]:
    return [
        [view.hits.hits.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole).partition(":")[0]
         for row in range(view.hits.hits.rowCount())]
        for view in (tab.view.first, tab.view.second)
    ]  # fmt: skip


def test_that_without_an_evaluation_it_leads_to_one(qtbot: QtBot, panel: RetrievalPanel, tab: WhyTab) -> None:
    qtbot.waitUntil(lambda: tab.evaluate.isVisible())
    qtbot.waitUntil(lambda: "no evaluation in this project yet" in tab.notice.words.text())
    tab.evaluate.click()
    assert panel.tab == "evaluate"


def test_that_both_rankings_stand_side_by_side_with_what_is_relevant(opened: WhyTab) -> None:
    first, second = ranks(opened)
    assert first[0] == "Rank 1, relevant, grade 2, score 0.8000"
    assert first[1] == "Rank 2, judged not relevant, score 0.7000"
    assert first[3] == "Rank 4, not judged, score 0.5000"
    assert second[2] == "Rank 3, relevant, grade 2, score 0.6000"
    assert opened.view.first.name.words == NAMES[0]
    assert opened.pair == (NAMES[0], NAMES[1])
    assert "query 7 · 3 relevant documents" in opened.view.facts.text()


def test_that_missed_documents_are_told_with_their_ranks(opened: WhyTab) -> None:
    rows = {row[0]: row[1:] for row in cells(opened.view.relevant)}
    assert rows["d9: not in the collection"] == ["1", "–", "–"]
    assert ["2", "1", "3"] in rows.values()
    assert "1 found by neither" in opened.view.missed.text()
    slopes = {(slope.first, slope.second) for slope in opened.view.slope.slopes}
    assert slopes == {(1, 3), (3, 5), (None, None)}


def test_that_queries_are_listed_by_how_far_the_systems_are_apart(opened: WhyTab) -> None:
    table = opened.queries.table
    differences = [float(table.raw_at(row, 3)) for row in range(table.model().rowCount())]
    assert differences == sorted(differences, reverse=True)
    assert len(differences) == 12


def test_that_queries_are_searched_and_filtered(qtbot: QtBot, opened: WhyTab) -> None:
    opened.queries.line.setText("case 11")
    qtbot.waitUntil(lambda: opened.queries.number.text() == "1 of 12 queries")
    opened.queries.line.clear()
    qtbot.waitUntil(lambda: opened.queries.number.text() == "12 queries")
    opened.queries.which.choose("worse")
    shown = [query.difference(*opened.pair, "nDCG@10") for query in opened.queries.table.figures.rows]
    assert shown
    assert all(value is not None and value < 0 for value in shown)


def test_that_the_arrows_go_from_query_to_query(qtbot: QtBot, opened: WhyTab) -> None:
    table = opened.queries.table
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    for row in (1, 2):
        qtbot.keyClick(table, Qt.Key.Key_Down)
        text = table.record(row).text
        qtbot.waitUntil(lambda text=text: text in opened.view.heading.text())


def test_that_a_hit_shows_its_text_and_where_the_other_system_has_it(opened: WhyTab) -> None:
    hits = opened.view.first.hits
    hits.setCurrentIndex(hits.hits.index(0, 0))
    assert opened.view.document.isVisible()
    assert opened.view.document.title.text() == "d1 · Blade thickness"
    assert "minilm: rank 1" in opened.view.document.facts.text()
    assert f"{NAMES[1]}: rank 3" in opened.view.document.facts.text()
    assert opened.view.second.hits.currentIndex().row() == 2
    marked = [part.cursor.selectedText() for part in opened.view.document.text.extraSelections()]
    assert marked == ["effect", "blade", "thickness"]


def test_that_text_of_strangers_is_shown_as_it_is(opened: WhyTab) -> None:
    hits = opened.view.first.hits
    assert hits.hits.index(4, 0).data() == "Heat. Heat transfer to slender wings. <b>No bold</b>"


def test_that_other_systems_and_measures_can_be_chosen(qtbot: QtBot, opened: WhyTab) -> None:
    opened.second.setCurrentText(NAMES[2])
    opened.second.activated.emit(2)
    qtbot.waitUntil(lambda: opened.view.second.name.words == NAMES[2])
    opened.measure.setCurrentText("AP")
    opened.measure.activated.emit(2)
    qtbot.waitUntil(lambda: opened.view.second.value.text().startswith("AP "))
    assert "case 7" in opened.view.heading.text()


def test_that_one_system_is_shown_alone(
    qtbot: QtBot, panel: RetrievalPanel, tab: WhyTab, finish: Finish
) -> None:
    run = finish(result(names=NAMES[:1], comparisons=[]))
    panel._go("why", Sought(run))
    qtbot.waitUntil(lambda: tab.view.isVisible() and bool(tab.view.heading.text()))
    assert not tab.second.isEnabled()
    assert tab.view.first.isVisible()
    assert not tab.view.second.isVisible()
    assert not tab.view.slope.isVisible()


def test_that_a_missing_record_is_told(
    qtbot: QtBot, project: Project, panel: RetrievalPanel, tab: WhyTab, finish: Finish
) -> None:
    run = finish()
    found = project.run(run).result
    assert found is not None
    (Path(found["out"]) / FILE).unlink()
    panel._go("why", Sought(run))
    qtbot.waitUntil(lambda: tab.retry.isVisible())
    assert "run the evaluation again" in tab.notice.words.text()


def test_that_it_comes_back_as_it_was_left(
    qtbot: QtBot, session: Session, panel: RetrievalPanel, opened: WhyTab
) -> None:
    state = panel.view_state()
    again = RetrievalPanel(session)
    qtbot.addWidget(again)
    again.show()
    again.restore_view(state)
    tab = again.made("why")
    assert isinstance(tab, WhyTab)
    qtbot.waitUntil(lambda: "case 7" in tab.view.heading.text())
    assert tab.pair == opened.pair


def explained() -> WhyResult:
    side = {
        "id": "7",
        "text": "blade of steel",
        "additive": True,
        "tokens": [
            {"text": "blade", "start": 0, "end": 5, "share": 0.4},
            {"text": "steel", "start": 9, "end": 14, "share": -0.1},
        ],
        "words": [{"text": "blade", "start": 0, "end": 5, "fall": 0.2}],
    }
    return WhyResult.model_validate(
        {
            "model": "minilm",
            "similarity": "cosine",
            "score": 0.3,
            "query": side,
            "document": {**side, "id": "d1"},
            "matches": [{"query": 0, "document": 0, "similarity": 0.9}],
            "query_tokens": [0, 1],
            "document_tokens": [0, 1],
            "alignment": [[0.9, 0.1], [0.2, 0.8]],
            "max_sim": 1.7,
        }
    )


def test_that_the_model_is_asked_and_its_answer_shown(
    qtbot: QtBot, session: Session, project: Project, opened: WhyTab
) -> None:
    session.hold(True)
    hits = opened.view.first.hits
    hits.setCurrentIndex(hits.hits.index(0, 0))
    card = opened.view.explanation
    assert [button.accessibleName() for button in opened.view.document.buttons] == [
        "Explain with the model of minilm"
    ]
    opened.view.document.buttons[0].click()
    assert card.sentence.text() == "Asking minilm…"
    qtbot.waitUntil(lambda: opened._explaining is not None)
    run = opened._explaining
    assert run is not None
    asked = project.run(run).request
    assert (asked["query"], asked["document"], asked["encoder"]["model"]) == ("7", "d1", "/models/0")
    project.start_run(run).result()
    project.finish_run(run, Finished(status="done", result=explained().model_dump(mode="json"))).result()
    session.run_event.emit(run, Finished(status="done"))
    qtbot.waitUntil(lambda: "minilm gives d1 0.3000" in card.sentence.text())
    assert [part.value for part in card.document.parts] == [0.4, -0.1]
    card.view.choose("left out")
    assert [part.value for part in card.document.parts] == [0.2]
    card.view.choose("aligned")
    assert [part.value for part in card.document.parts] == [0.9, 0.8]
    card.query.pointed.emit(0)
    assert [part.value for part in card.document.parts] == [0.9, 0.1]
    assert not card.view.buttons["gradients"].isVisible()


def test_that_an_explanation_can_be_opened_by_itself(
    qtbot: QtBot, project: Project, panel: RetrievalPanel, tab: WhyTab
) -> None:
    run = project.add_run(RunSpec(kind="retrieval-why", request={}, title="made up")).result()
    project.start_run(run).result()
    project.finish_run(run, Finished(status="done", result=explained().model_dump(mode="json"))).result()
    panel.show_run(project.run(run))
    assert panel.tab == "why"
    assert tab.alone.isVisible()
    assert "minilm gives d1" in tab.alone.sentence.text()


def test_that_all_queries_show_where_it_loses_and_what_scores_tell(qtbot: QtBot, opened: WhyTab) -> None:
    opened.which.choose("every")
    qtbot.waitUntil(lambda: opened.all.table.model().rowCount() > 0)
    assert opened.all.losses.title.text() == "Where minilm loses nDCG@10"
    assert sum(row.loss for row in opened.all.table.figures.rows) == pytest.approx(2)
    assert [line.name for line in opened.all.plot.series] == [
        "relevant (24)",
        "judged not relevant (12)",
        "not judged (24)",
    ]
    opened.all.threshold.setValue(0)
    assert "precision 0.400, recall 0.667" in opened.all.words.text()
    opened.all.table.selectRow(0)
    shown = len(opened.all.table.figures.rows[0].queries)
    assert len(opened.queries.table.figures.rows) == shown
    opened.which.choose("one")
    assert len(opened.queries.table.figures.rows) == 12
