"""From an empty form to the reason why a query failed, with a real evaluation of a small collection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.retrieval.compare.tab import CompareTab
from app.panels.retrieval.evaluate.tab import EvaluateTab
from app.panels.retrieval.panel import RetrievalPanel
from app.panels.retrieval.why.tab import WhyTab

TEXTS = {
    "d1": "the blade of a knife is steel steel steel",
    "d2": "a blade of grass in the wind, and more grass, and yet more of the green grass of the wide plain",
    "d3": "wind turns the mill",
    "d4": "steel is iron with carbon",
}
QUERIES = {"q1": "blade", "q2": "wind mill", "q3": "iron"}
RELEVANT = {"q1": "d2", "q2": "d3", "q3": "d4"}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    folder = tmp_path / "toy"
    (folder / "qrels").mkdir(parents=True)
    for name, texts in (("corpus", TEXTS), ("queries", QUERIES)):
        lines = [json.dumps({"_id": id, "text": text}) for id, text in texts.items()]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    rows = [f"{query}\t{document}\t1" for query, document in RELEVANT.items()]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "\n".join(rows) + "\n")
    return folder


def test_that_systems_are_evaluated_compared_and_looked_into(
    qtbot: QtBot, panel: RetrievalPanel, toy: Path
) -> None:
    panel.restore_view({})
    tab = panel.made("evaluate")
    assert isinstance(tab, EvaluateTab)
    assert tab.drop([toy])
    tab.page.setup.set_field("systems", ["bm25", "bm25 b=0 k1=5"])
    qtbot.waitUntil(lambda: tab.page.setup.run.isEnabled())
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.result is not None, timeout=60_000)
    assert "toy · 3 queries · 4 documents" in tab.page.answer.facts.text()
    assert tab.cards.pairs.few.isVisible()
    tab.cards.differences.asked.emit("q1")
    why = panel.made("why")
    assert isinstance(why, WhyTab)
    qtbot.waitUntil(lambda: "blade" in why.view.heading.text())
    assert panel.tab == "why"
    found = [hit.hit.document for hit in why.view.first.hits.hits.hits]
    assert sorted(found) == ["d1", "d2"]
    compare = panel.made("compare")
    assert isinstance(compare, CompareTab)
    panel.select_tab("compare")
    compare.run_sample()
    qtbot.waitUntil(lambda: compare.page.result is not None, timeout=60_000)
    assert [row.value for row in compare.cards.means.dots.rows] == pytest.approx(
        [row.value for row in tab.cards.means.dots.rows]
    )
