"""Look inside: between the layers of a model, and at its bigram subnetwork."""

from __future__ import annotations

from typing import ClassVar

from app.panels.generation.inside.lens import LensTab
from app.panels.generation.inside.subnetwork import SubnetworkTab
from app.panels.questions_tab import QuestionsTab


class InsideTab(QuestionsTab):
    kinds: ClassVar = (*LensTab.kinds, *SubnetworkTab.kinds)
    questions: ClassVar = {
        "lens": ("Between the layers", LensTab),
        "subnetwork": ("Bigram subnetwork", SubnetworkTab),
    }
