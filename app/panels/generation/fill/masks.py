"""Masks in a text, filled by an encoder; or a text that it scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout

from app.figures import duration, percent
from app.panels.generation.score.words import quoted
from app.panels.job_tab import JobTab
from app.widgets.bar_list import Bar, BarList
from app.widgets.card import Card
from app.widgets.heat_legend import HeatLegend
from app.widgets.model_signs import model_names
from app.widgets.token_heat import SURPRISE
from app.widgets.token_text import TokenText
from app.widgets.visible_text import visible
from app.widgets.words import Words
from core.generation.masked.job import MASKED

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.generation.masked.request import MaskedRequest
    from core.generation.masked.result import MaskedResult
    from core.project.records import RunRecord

LONGEST = 40
"""Characters of a text that a title quotes."""
EXAMPLE = "The ferryman took the [MASK] down from its nail."


class MasksCard(Card):
    """What may stand in each mask's place, the likeliest first; and the text with the likeliest in it."""

    def __init__(self) -> None:
        super().__init__("In place of the masks")
        self.bars: list[BarList] = []
        self._lists = QVBoxLayout()
        self._lists.setSpacing(6)
        self.note = Words(role="muted")
        self.column.addLayout(self._lists)
        self.column.addWidget(self.note)

    def show_result(self, result: MaskedResult) -> None:
        while (item := self._lists.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        several = len(result.masks) > 1
        self.bars = []
        for number, mask in enumerate(result.masks, 1):
            title = f"Mask {number}" if several else "The mask"
            if several:
                self._lists.addWidget(Words(title, "muted"))
            bars = BarList(f"{title}: words that may stand there")
            bars.show_bars(
                [
                    Bar(
                        name=visible(word.text),
                        value=word.probability,
                        text=percent(word.probability),
                        limit=1.0,
                        color="before",
                        strong=place == 0,
                    )
                    for place, word in enumerate(mask)
                ]
            )
            self._lists.addWidget(bars)
            self.bars.append(bars)
        self.note.say("Each mask is filled by itself: together the words may not go well." if several else "")


class ScoredCard(Card):
    """A text, each token tinted by how much it surprises with all others around it."""

    def __init__(self) -> None:
        super().__init__("Surprise, all others seen")
        self.legend = HeatLegend()
        self.legend.show_heat(SURPRISE)
        self.text = TokenText("The text, token by token")
        self.note = Words("Hovering over a token tells what the encoder expects in its place.", "muted")
        self.head.addWidget(self.legend)
        self.column.addWidget(self.text)
        self.column.addWidget(self.note)

    def show_result(self, result: MaskedResult) -> None:
        self.text.show_tokens(result.tokens, result.text)


class MasksTab(JobTab):
    job = MASKED
    kinds = (MASKED.kind,)
    empty = (
        "An encoder such as BERT foretells words from both sides. Put [MASK] where a word is missing, or "
        "give a text without masks to see which of its words surprise. No such encoder comes with "
        "Lexigraft: choose the folder of one whose architecture ends with ForMaskedLM, say bert-base-uncased."
    )
    sample = "Choose an encoder…"
    verbs: ClassVar = ()
    unwritten = "Nothing was foretold."
    device = True

    def build(self) -> None:
        self.masks = MasksCard()
        self.scored = ScoredCard()
        for card in (self.masks, self.scored):
            self.page.add(card)
        self.scored.text.menu_asked.connect(self.page.fill_menu)

    def title_of(self, request: MaskedRequest) -> str:
        (name,) = model_names([request.model])
        more = "…" if len(request.text) > LONGEST else ""
        return f"{name} · “{quoted(request.text[:LONGEST])}{more}”"

    def sentences(self, run: RunRecord, result: MaskedResult) -> tuple[str, str]:
        return result.summary(), f"{result.model} · {duration(result.seconds)} · run {run.id}"

    def fill(self, result: MaskedResult) -> None:
        self.masks.setVisible(bool(result.masks))
        self.scored.setVisible(bool(result.tokens))
        self.masks.show_result(result)
        if result.tokens:
            self.scored.show_result(result)

    def sample_values(self) -> dict[str, Any]:
        """No encoder comes with Lexigraft: the example waits for one."""
        return {"text": EXAMPLE}

    def run_sample(self) -> None:
        """Ask for an encoder; the example's text is there for it."""
        folder = self.session.dialogs.open_folder(self, "Encoder")
        if folder is not None:
            self.page.setup.set_field("model", str(folder))

    def put(self, found: Dropped) -> list[str]:
        if not found.models:
            return []
        self.page.setup.set_field("model", str(found.models[0]))
        return [f"{found.models[0].name} is the encoder"]
