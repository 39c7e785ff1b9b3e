"""Fill in: a gap between two texts, and prompts that end anywhere."""

from __future__ import annotations

from app.panels.generation.fill.gap import GapTab


class FillTab(GapTab):
    pass
