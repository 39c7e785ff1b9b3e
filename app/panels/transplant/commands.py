"""What the palette offers for the Transplant panel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.commands import Command

if TYPE_CHECKING:
    from app.panels.transplant.panel import TransplantPanel


def commands_of(panel: TransplantPanel) -> list[Command]:
    result = panel.result

    def here() -> bool:
        return panel.isVisible() and panel.tab == "transplant"

    def ready() -> bool:
        return here() and panel.setup.run.isEnabled()

    def shown() -> bool:
        return here() and panel.run is not None

    def done() -> bool:
        return here() and panel.done is not None

    return [
        Command("transplant.run", "Run the transplant", panel.setup.submit, "Ctrl+Return", ready),
        Command("transplant.setup", "Hide or show the setup", panel.toggle_setup, "Ctrl+Shift+B", here),
        Command("transplant.again", "Run this transplant again", partial(panel.do, "again"), "", shown),
        Command(
            "transplant.command",
            "Show the command that repeats this transplant",
            partial(panel.do, "command"),
            "",
            shown,
        ),
        Command(
            "transplant.folder",
            "Open the folder of the transplanted model",
            partial(panel.do, "folder"),
            "",
            done,
        ),
        Command(
            "transplant.compare",
            "Compare this transplant with another",
            lambda: result.heading.compare.showMenu(),
            "",
            done,
        ),
        Command("transplant.slices", "Export the bits per byte", result.slices.table.export, "", done),
        Command("transplant.tokens", "Export the tokens that suffer", result.tokens.table.export, "", done),
    ]
