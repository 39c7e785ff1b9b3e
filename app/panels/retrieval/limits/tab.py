"""Limits: a model on a collection that single vectors cannot rank, and how much a dimension can hold."""

from __future__ import annotations

from typing import ClassVar

from app.panels.questions_tab import QuestionsTab
from app.panels.retrieval.limits.dimension import DimensionTab
from app.panels.retrieval.limits.model import ModelTab


class LimitsTab(QuestionsTab):
    kinds: ClassVar = (*ModelTab.kinds, *DimensionTab.kinds)
    questions: ClassVar = {
        "model": ("Your model on LIMIT", ModelTab),
        "dimension": ("What a dimension can hold", DimensionTab),
    }
