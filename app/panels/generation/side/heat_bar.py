"""What the tokens are tinted by, and which of several texts is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.elided_combo import ElidedCombo
from app.widgets.flow import Flow
from app.widgets.heat_legend import HeatLegend
from app.widgets.segmented import Segmented
from app.widgets.token_heat import ENTROPY, RANK, SURPRISE, Heat, difference
from app.widgets.visible_text import visible

HEATS = {heat.key: heat for heat in (SURPRISE, ENTROPY, RANK, difference([], 0))}


class HeatBar(QWidget):
    heat_chosen = Signal(object)
    """A `Heat`."""
    text_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.heats = Segmented("Tint", [(heat.key, heat.title) for heat in HEATS.values()])
        self.legend = HeatLegend()
        self.prompt, self.sample = ElidedCombo("Prompt"), ElidedCombo("Sample")
        self._texts = QWidget()
        texts = QHBoxLayout(self._texts)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.addWidget(self.prompt, 3)
        texts.addWidget(self.sample, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._texts)
        column.addWidget(Flow([self.heats, self.legend], gap=12))
        self._texts.hide()
        self.heats.chosen.connect(self._choose)
        for box in (self.prompt, self.sample):
            box.activated.connect(lambda _: self.text_chosen.emit())

    @property
    def heat(self) -> Heat:
        return HEATS[self.heats.key]

    @property
    def chosen(self) -> tuple[int, int]:
        """Places of the prompt and of the sample."""
        return max(0, self.prompt.currentIndex()), max(0, self.sample.currentIndex())

    def offer(self, prompts: Sequence[str], samples: int, *, several: bool) -> None:
        """What there is to be looked at; a difference, only between `several` models."""
        before = self.chosen
        self.prompt.clear()
        self.prompt.addItems([f"{number}. {visible(text)}" for number, text in enumerate(prompts, 1)])
        self.sample.clear()
        self.sample.addItems([f"Sample {number} of {samples}" for number in range(1, samples + 1)])
        for box, place in zip((self.prompt, self.sample), before, strict=True):
            box.setCurrentIndex(place if place < box.count() else 0)
        self.prompt.setVisible(len(prompts) > 1)
        self.sample.setVisible(samples > 1)
        self._texts.setVisible(len(prompts) > 1 or samples > 1)
        self.heats.buttons["difference"].setVisible(several)
        if not several and self.heats.key == "difference":
            self.heats.choose("surprise")

    def _choose(self, key: str) -> None:
        self.legend.show_heat(HEATS[key])
        self.heat_chosen.emit(HEATS[key])
