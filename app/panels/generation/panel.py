"""Generation: what models write, byte by byte and token by token, and what they make of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.panels.tabbed import TabbedPanel
from app.widgets.series_numbers import kept_numbers, restore_numbers

TOOLS = (
    ("side", "Side by side", "app.panels.generation.side.tab:SideTab"),
    ("bytes", "Bytes", "app.panels.generation.bytes.tab:BytesTab"),
    ("score", "Score", "app.panels.generation.score.tab:ScoreTab"),
    ("ensemble", "Ensemble", "app.panels.generation.ensemble.tab:EnsembleTab"),
    ("fill", "Fill in", "app.panels.generation.fill.tab:FillTab"),
    ("draft", "Draft", "app.panels.generation.draft.tab:DraftTab"),
    ("inside", "Look inside", "app.panels.generation.inside.tab:InsideTab"),
    ("merged", "Merged", "app.panels.generation.merged.tab:MergedTab"),
)
TAB_OF = {
    "generate": "side",
    "bytes": "bytes",
    "score": "score",
    "ensemble": "ensemble",
    "fill": "fill",
    "masked": "fill",
    "draft": "draft",
    "lens": "inside",
    "subnetwork": "inside",
    "merged": "merged",
}


class GenerationPanel(TabbedPanel):
    key, title, noun = "generation", "Generation", "generation"
    tools, tab_of = TOOLS, TAB_OF

    def restore_view(self, state: dict[str, Any]) -> None:
        restore_numbers(self.session.project, state.get("numbers"))
        super().restore_view(state)

    def view_state(self) -> dict[str, Any]:
        """With the colours that models have in this project."""
        return {**super().view_state(), "numbers": kept_numbers(self.session.project)}

    def takes(self, paths: list[Path]) -> bool:
        """Models and texts are for other panels, too: they are taken while this one is shown."""
        return False
