"""Transplant: models moved onto other tokenizers, and what that costs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.commands import Command
from app.panels.tabbed import TabbedPanel

if TYPE_CHECKING:
    from app.panels.transplant.graft.tab import GraftTab

TABS = (
    ("transplant", "Transplant", "app.panels.transplant.graft.tab:GraftTab"),
    ("sweep", "Sweep", "app.panels.transplant.sweep.tab:SweepTab"),
    ("heal", "Heal", "app.panels.transplant.heal.tab:HealTab"),
    ("inspect", "Inspect", "app.panels.transplant.inspect.tab:InspectTab"),
)
TAB_OF = {"transplant": "transplant", "sweep": "sweep", "heal": "heal"}


class TransplantPanel(TabbedPanel):
    key, title, noun = "transplant", "Transplant", "transplant"
    tools, tab_of = TABS, TAB_OF

    def restore_view(self, state: dict[str, Any]) -> None:
        """An older version had one tool, whose state was the panel's."""
        super().restore_view(state if "tabs" in state else {**state, "tabs": {"transplant": state}})

    def commands(self) -> list[Command]:
        def tab() -> GraftTab | None:
            found: Any = self.shown_before("transplant")
            return found if self.isVisible() and self.tab == "transplant" else None

        def done() -> bool:
            found = tab()
            return found is not None and found.page.result is not None

        def do(verb: str) -> None:
            found = tab()
            if found is not None:
                found.command(verb)

        more = (
            ("folder", "Open the folder of the transplanted model"),
            ("compare", "Compare this transplant with another"),
            ("slices", "Export the bits per byte"),
            ("tokens", "Export the tokens that suffer"),
        )
        return [
            *super().commands(),
            *(Command(f"transplant.{key}", title, partial(do, key), "", done) for key, title in more),
        ]
