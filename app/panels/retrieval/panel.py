"""Retrieval: systems measured on a collection, what sets them apart, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.panels.tabbed import TabbedPanel
from app.widgets.dropped import tell_apart
from app.widgets.series_numbers import kept_numbers, restore_numbers

TOOLS = (
    ("collections", "Collections", "app.panels.retrieval.collections.tab:CollectionsTab"),
    ("evaluate", "Evaluate", "app.panels.retrieval.evaluate.tab:EvaluateTab"),
    ("compare", "Compare", "app.panels.retrieval.compare.tab:CompareTab"),
    ("why", "Why", "app.panels.retrieval.why.tab:WhyTab"),
    ("limits", "Limits", "app.panels.retrieval.limits.tab:LimitsTab"),
    ("compress", "Compress", "app.panels.retrieval.compress.tab:CompressTab"),
    ("map", "Map", "app.panels.retrieval.map.tab:MapTab"),
    ("study", "Study", "app.panels.retrieval.study.tab:StudyTab"),
    ("tests", "Tests", "app.panels.retrieval.tests_.tab:TestsTab"),
)
FIRST = "evaluate"
TAB_OF = {
    "retrieval": "evaluate",
    "retrieval-compare": "compare",
    "retrieval-why": "why",
    "retrieval-limit": "limits",
    "critical-n": "limits",
    "retrieval-compress": "compress",
    "retrieval-map": "map",
    "pooling-study": "study",
    "intrinsic": "tests",
    "collection": "collections",
}


class RetrievalPanel(TabbedPanel):
    key, title, noun = "retrieval", "Retrieval", "retrieval"
    tools, tab_of = TOOLS, TAB_OF

    def restore_view(self, state: dict[str, Any]) -> None:
        """At the first visit, the tool that answers the usual question is shown."""
        restore_numbers(self.session.project, state.get("numbers"))
        super().restore_view({"tab": FIRST, **state})

    def view_state(self) -> dict[str, Any]:
        """With the colours that systems have in this project."""
        return {**super().view_state(), "numbers": kept_numbers(self.session.project)}

    def takes(self, paths: list[Path]) -> bool:
        """Only collections, rankings and vectors: models and texts are for other panels, too."""
        found = tell_apart(paths)
        return bool(found.collections or found.evaluations or found.runs or found.judgements or found.vectors)
