"""The places of the left rail. Each panel's module is imported when it is first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.panels.panel import Panel


@dataclass(frozen=True)
class Place:
    """One entry of the rail; `panel` is ``"module:Class"``."""

    key: str
    title: str
    panel: str

    def load(self) -> type[Panel]:
        module, _, name = self.panel.partition(":")
        panel: type[Panel] = getattr(importlib.import_module(module), name)
        return panel


PLACES = (
    Place("runs", "Runs", "app.panels.runs.panel:RunsPanel"),
    Place("tokenizers", "Tokenizers", "app.panels.tokenizers.panel:TokenizersPanel"),
    Place("transplant", "Transplant", "app.panels.transplant.panel:TransplantPanel"),
    Place("retrieval", "Retrieval", "app.panels.retrieval.panel:RetrievalPanel"),
    Place("generation", "Generation", "app.panels.generation.panel:GenerationPanel"),
    Place("assets", "Assets", "app.panels.assets:AssetsPanel"),
)
