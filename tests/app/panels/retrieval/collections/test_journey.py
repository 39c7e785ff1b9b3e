"""A collection's whole way through the tab, from a dropped table to what it is evaluated on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.retrieval.collections.tab import CollectionsTab
from app.panels.retrieval.panel import RetrievalPanel
from core.collections.read import open_collection
from core.project.project import Project


@pytest.mark.story
def test_that_a_dropped_table_becomes_a_collection_to_evaluate_on(
    qtbot: QtBot, panel: RetrievalPanel, project: Project, tmp_path: Path
) -> None:
    table = tmp_path / "birds.csv"
    rows = [f'{n},"Bird {n} was seen at lake{n} by watcher{n}, it is said"' for n in range(30)]
    table.write_text("nr,remark\n" + "\n".join([*rows, "30,"]))
    panel.restore_view({"tab": "collections"})
    tab = panel.made("collections")
    assert isinstance(tab, CollectionsTab)
    assert tab.drop([table])
    qtbot.waitUntil(tab.columns.isVisible)
    assert tab.columns.roles() == {"id": ["nr"], "text": ["remark"]}
    tab.page.setup.set_field("make", ["part_of_passage words=4"])
    tab.page.setup.set_field("count", 10)
    qtbot.waitUntil(tab.page.setup.run.isEnabled)
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.result is not None, timeout=120_000)
    made = project.run_folder(1) / "collection"
    assert Path(tab.page.result.out) == made
    assert tab.page.answer.sentence.text().startswith("31 documents, 10 queries and ")
    assert tab.cards.skipped.isVisible()
    found = open_collection(made)
    assert (len(found.documents), len(found.queries), found.name) == (31, 10, "birds.csv")
    tab.page.answer.buttons["evaluate"].click()
    assert panel.tab == "evaluate"
    assert panel.made("evaluate").page.setup.form.values()["collection"] == str(made)
