"""The Evaluate tab: what it shows of a result, what it is given to compare, and what leads on from it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.panels.retrieval.evaluate.tab import EvaluateTab
from app.panels.retrieval.export import ask_what, per_query_rows
from app.panels.retrieval.panel import RetrievalPanel
from app.session import Session
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.result_parts import Skipped
from tests.app.conftest import RecordedDialogs
from tests.app.panels.retrieval.made_up import NAMES, result
from tests.app.panels.tokenizers.cells import cells

Finish = Callable[..., int]


@pytest.fixture
def tab(panel: RetrievalPanel) -> EvaluateTab:
    panel.restore_view({})
    made = panel.made("evaluate")
    assert isinstance(made, EvaluateTab)
    return made


@pytest.fixture
def shown(qtbot: QtBot, tab: EvaluateTab, finish: Finish) -> Callable[..., EvaluationResult]:
    """Shows a result; waits until it is read."""

    def show(found: EvaluationResult | None = None) -> EvaluationResult:
        run_id = finish(found)
        qtbot.waitUntil(lambda: tab.page.run is not None and tab.page.run.id == run_id)
        qtbot.waitUntil(lambda: tab.page.result is not None)
        read = tab.page.result
        assert isinstance(read, EvaluationResult)
        return read

    return show


Shown = Callable[..., EvaluationResult]


def test_that_the_answer_names_the_best_and_says_how_sure_it_is(tab: EvaluateTab, shown: Shown) -> None:
    shown()
    sentence = tab.page.answer.sentence.text()
    assert sentence.startswith("Hybrid · RRF of both beats BM25 · k1 1.2, b 0.75 on nDCG@10 by 0.")
    assert "p\u00a0=\u00a00.0036" in sentence
    facts = tab.page.answer.facts.text()
    assert facts.startswith("cranfield · 40 queries · 1,400 documents · 95 % intervals by bootstrap")
    assert "corrected for 12 comparisons (Holm)" in facts


def test_that_means_stand_best_first_in_the_colours_of_the_setup(tab: EvaluateTab, shown: Shown) -> None:
    shown()
    rows = tab.cards.means.dots.rows
    assert [row.name for row in rows] == list(reversed(NAMES))
    assert [row.number for row in rows] == [2, 1, 0]
    assert "95 % from" in tab.cards.means.dots.words(rows[0])
    assert "is better than" in tab.cards.means.words.text()


def test_that_another_measure_changes_every_card(tab: EvaluateTab, shown: Shown) -> None:
    shown()
    before = tab.cards.differences.plot.bars
    tab.cards.means.switch.choose("AP")
    assert tab.cards.means.title.text() == "AP"
    assert "not told apart" in tab.cards.means.words.text()
    assert tab.cards.differences.plot.bars != before
    assert tab.cards.pairs.title.text() == "Differences in AP"
    assert {row[3] for row in cells(tab.cards.pairs.table)} == {"0.6300"}


def test_that_the_table_marks_what_is_surely_better(tab: EvaluateTab, shown: Shown) -> None:
    found = shown()
    table = tab.cards.figures.table
    rows = cells(table)
    assert [row[:2] for row in rows] == [["a", NAMES[0]], ["b", NAMES[1]], ["c", NAMES[2]]]
    assert rows[2][2].endswith("\u00a0ᵃᵇ")
    assert rows[2][3].replace(".", "").isdecimal()
    exact = table.raw_at(2, 2)
    assert float(exact) == found.systems[2].measures["nDCG@10"].value


def test_that_pairs_tell_wins_and_ties_and_few_queries(tab: EvaluateTab, shown: Shown) -> None:
    shown(result(queries=12))
    assert tab.cards.pairs.few.text() == "few queries: 12"
    assert tab.cards.pairs.few.isVisible()
    wins, ties, losses = (int(n) for n in cells(tab.cards.pairs.table)[0][4].split(" / "))
    assert wins + ties + losses == 12
    shown(result(queries=30))
    assert not tab.cards.pairs.few.isVisible()


def test_that_costs_are_told_and_what_was_not_paid_is_left_out(tab: EvaluateTab, shown: Shown) -> None:
    shown()
    table = tab.cards.costs.table
    assert table.isColumnHidden(2)
    assert table.isColumnHidden(3)
    assert not table.isColumnHidden(1)
    assert cells(table)[1] == [NAMES[1], "–", "0.04", "4.2", "9.5", "2.15 MB", "yes"]


def test_that_left_out_records_are_listed(tab: EvaluateTab, shown: Shown) -> None:
    shown()
    assert not tab.cards.skipped.isVisible()
    skipped = Skipped(what="documents without text", count=1_204, places=["corpus.jsonl, line 12"])
    shown(result(skipped=[skipped]))
    assert tab.cards.skipped.title.text() == "Left out or mended: 1,204 records"
    assert cells(tab.cards.skipped.table) == [["documents without text", "1,204", "corpus.jsonl, line 12"]]


def test_that_one_system_has_nothing_to_differ_from(tab: EvaluateTab, shown: Shown) -> None:
    shown(result(names=NAMES[:1], comparisons=[]))
    assert tab.cards.means.isVisible()
    assert not tab.cards.differences.isVisible()
    assert not tab.cards.pairs.isVisible()


def test_that_a_bar_leads_to_why(qtbot: QtBot, panel: RetrievalPanel, tab: EvaluateTab, shown: Shown) -> None:
    shown()
    plot = tab.cards.differences.plot
    with qtbot.waitSignal(tab.wanted) as wanted:
        qtbot.keyClick(plot, Qt.Key.Key_End)
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    key, sought = wanted.args
    assert key == "why"
    assert (sought.first, sought.second) == (NAMES[2], NAMES[1])
    assert sought.query == plot.bars[-1].name
    with qtbot.waitSignal(tab.wanted) as wanted:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(int(plot._plot().left()) + 2, 60))
    assert wanted.args[1].query == plot.bars[0].name


def test_that_the_two_systems_are_chosen_and_never_the_same(tab: EvaluateTab, shown: Shown) -> None:
    shown()
    card = tab.cards.differences
    assert card.pair == (NAMES[2], NAMES[1])
    card.second.setCurrentText(NAMES[0])
    card.second.activated.emit(0)
    assert card.pair == (NAMES[2], NAMES[0])
    card.second.setCurrentText(NAMES[2])
    card.second.activated.emit(2)
    assert card.pair[0] != card.pair[1]


def test_that_the_sample_can_be_asked(tab: EvaluateTab) -> None:
    request = RetrievalRequest.model_validate(tab.sample_values())
    assert request.collection.name == "help"
    assert "bm25" in [system.kind for system in request.systems]


def test_that_collections_models_and_rankings_can_be_dropped(tab: EvaluateTab, tmp_path: Path) -> None:
    folder, run = tmp_path / "mine", tmp_path / "theirs.run"
    folder.mkdir()
    for name in ("corpus.jsonl", "queries.jsonl"):
        (folder / name).write_text("{}\n")
    run.write_text("1 Q0 d1 1 0.5 x\n")
    assert tab.drop([folder, run])
    values = tab.page.setup.form.values()
    assert values["collection"] == str(folder)
    assert values["systems"][-1] == {"kind": "file", "path": str(run)}
    assert not tab.drop([tmp_path / "gone"])


def test_that_values_of_each_query_are_exported() -> None:
    found = result(queries=2)
    rows = per_query_rows(found)
    assert rows[0][:2] == ["query", "minilm: nDCG@10"]
    assert [row[0] for row in rows[1:]] == ["1", "2"]
    assert float(rows[1][1]) == found.systems[0].per_query["nDCG@10"][0]


def test_that_rankings_are_taken_along_and_overwrite_nothing(
    qtbot: QtBot, session: Session, tab: EvaluateTab, shown: Shown, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    found = shown()
    assert found.out is not None
    with gzip.open(Path(found.out) / "bm25.run.gz", "wt") as file:
        file.write("1 Q0 d1 1 0.5 x\n")
    target = tmp_path / "taken"
    target.mkdir()
    menu = ask_what(tab.page.answer.buttons["export"], tab.cards, found, session)
    action = next(action for action in menu.actions() if action.text().startswith("Rankings"))
    dialogs.foresee("open_folder", target)
    with qtbot.waitSignal(session.message) as said:
        action.trigger()
    assert said.args[0] == f"1 run file was written to {target}."
    assert (target / "bm25.run.gz").is_file()
    dialogs.foresee("open_folder", target)
    with qtbot.waitSignal(session.message) as said:
        action.trigger()
    assert "already" in said.args[0]
    menu.close()
