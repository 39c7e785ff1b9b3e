"""The Map tab: a query with what is relevant to it, what is brushed, and a map that is gone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from app.panels.retrieval.map.tab import MapTab
from app.panels.retrieval.panel import RetrievalPanel
from app.widgets.density_map import Sign
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.panels.retrieval.map.made_up import drawn


@pytest.fixture
def tab(panel: RetrievalPanel) -> MapTab:
    panel.restore_view({"tab": "map"})
    made = panel.made("map")
    assert isinstance(made, MapTab)
    return made


@pytest.fixture
def shown(qtbot: QtBot, project: Project, panel: RetrievalPanel, tab: MapTab, tmp_path: Path) -> MapTab:
    result = drawn(tmp_path / "map")
    request = {"collection": str(tmp_path), "encoder": {"kind": "dense", "model": "minilm"}}
    run_id = project.add_run(RunSpec(kind="retrieval-map", request=request, title="made up")).result()
    project.start_run(run_id).result()
    done = Finished(status="done", result=result.model_dump(mode="json"))
    project.finish_run(run_id, done).result()
    panel.show_run(project.run(run_id))
    qtbot.waitUntil(lambda: tab.card.query.count() == 3)
    return tab


def rows(tab: MapTab) -> list[tuple[str, str]]:
    return [(row.document.id, row.sign) for row in tab.card.table.figures.rows]


def test_that_the_sentence_says_how_much_the_map_keeps(shown: MapTab) -> None:
    assert shown.page.answer.sentence.text() == (
        "On this map 31% of a document's 10 nearest neighbours are still the nearest; "
        "by chance 3.3% would be."
    )
    assert "300 documents · 2 queries" in shown.page.answer.facts.text()


def test_that_a_query_is_joined_to_its_relevant_documents(qtbot: QtBot, shown: MapTab) -> None:
    card = shown.card
    card.query.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(rows(shown)) == 5)
    assert rows(shown) == [
        ("d0", "✓ found"),
        ("d6", "✓ found"),
        ("d12", "found"),
        ("d18", "found"),
        ("d7", "✓ missed"),
    ]
    assert {mark.point: mark.sign for mark in card.map.marks}[7] is Sign.MISSED
    assert card.said.text() == "2 of 3 relevant documents among the nearest"
    card.query.setCurrentIndex(2)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3)
    assert card.said.text() == "No document is known to be relevant; the nearest 3"
    card.query.setCurrentIndex(0)
    assert card.map.marks == ()


def test_that_what_is_brushed_is_listed(qtbot: QtBot, shown: MapTab) -> None:
    card = shown.card
    inside = card.map.within(QRectF(card.map.rect()))
    assert len(inside) == 300
    card.map.brushed.emit(inside[:40])
    qtbot.waitUntil(lambda: len(rows(shown)) == 40)
    assert card.said.text() == "40 documents selected"
    assert card.map.selected.tolist() == inside[:40].tolist()
    card.table.selectRow(3)
    assert card.map.hover == card.table.figures.rows[3].document.number
    card.map.brushed.emit(np.zeros(0, dtype=np.int64))
    assert card.said.text() == "No document there"


def test_that_a_map_that_is_gone_says_so(qtbot: QtBot, shown: MapTab, tmp_path: Path) -> None:
    (tmp_path / "map" / "map.sqlite").unlink()
    shown.card.show_map(tmp_path / "map")
    qtbot.waitUntil(lambda: "draw the map again" in shown.card.said.text())


def test_that_a_dropped_collection_is_chosen(tab: MapTab, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text('{"_id": "1", "text": "a"}\n')
    (folder / "queries.jsonl").write_text("")
    assert tab.drop([folder])
    assert tab.page.setup.form.box("collection").editor.value() == str(folder)
