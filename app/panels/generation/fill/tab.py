"""Fill in: gaps between two texts, prompts that end anywhere, and masks."""

from __future__ import annotations

from typing import ClassVar

from app.panels.generation.fill.gap import GapTab
from app.panels.generation.fill.masks import MasksTab
from app.panels.questions_tab import QuestionsTab


class FillTab(QuestionsTab):
    kinds: ClassVar = (*GapTab.kinds, *MasksTab.kinds)
    questions: ClassVar = {"gap": ("A gap", GapTab), "masks": ("Masks", MasksTab)}
