"""Masks in a text, filled by an encoder; or a text that it scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from app.figures import count, duration, fixed
from app.panels.generation.score.words import quoted
from app.panels.job_tab import JobTab
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.model_signs import model_names
from app.widgets.token_text import TokenText
from app.widgets.visible_text import visible
from core.generation.masked.job import MASKED

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.dropped import Dropped
    from core.generation.masked.request import MaskedRequest
    from core.generation.masked.result import MaskedResult
    from core.project.records import RunRecord

LONGEST = 40
"""Characters of a text that a title quotes."""
EXAMPLE = "The ferryman took the [MASK] down from its nail."


@dataclass(frozen=True)
class Word:
    """What may stand in the place of a mask."""

    mask: int
    text: str
    probability: float


COLUMNS = (
    Column("mask", lambda row: row.mask, count, right=True),
    Column("word", lambda row: visible(row.text), mono=True, raw=lambda row: row.text),
    Column("probability", lambda row: row.probability, lambda value: fixed(value, 3), right=True),
)


class MasksCard(Card):
    """What may stand in each mask's place, the likeliest first."""

    def __init__(self, session: Session) -> None:
        super().__init__("In place of the masks")
        self.table = FiguresTable(session, "Words in place of the masks", COLUMNS, stretched=1)
        self.column.addWidget(self.table)

    def show_result(self, result: MaskedResult) -> None:
        self.table.show_rows(
            [
                Word(number, one.text, one.probability)
                for number, mask in enumerate(result.masks, 1)
                for one in mask
            ]
        )


class ScoredCard(Card):
    """A text, each token tinted by how much it surprises with all others around it."""

    def __init__(self) -> None:
        super().__init__("Surprise, all others seen")
        self.text = TokenText("The text, token by token")
        self.column.addWidget(self.text)

    def show_result(self, result: MaskedResult) -> None:
        self.text.show_tokens(result.tokens, result.text)


class MasksTab(JobTab):
    job = MASKED
    kinds = (MASKED.kind,)
    empty = (
        "An encoder such as BERT foretells words from both sides. Put [MASK] where a word is missing, or "
        "give a text without masks to see which of its words surprise."
    )
    sample = "Write the example"
    verbs: ClassVar = ()
    unwritten = "Nothing was foretold."
    device = True

    def build(self) -> None:
        self.masks = MasksCard(self.session)
        self.scored = ScoredCard()
        for card in (self.masks, self.scored):
            self.page.add(card)
        self.masks.table.menu_asked.connect(self.page.fill_menu)

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
        self._propose()
        self.session.message.emit("Choose an encoder, such as a BERT folder: none comes along.", "info")

    def put(self, found: Dropped) -> list[str]:
        if not found.models:
            return []
        self.page.setup.set_field("model", str(found.models[0]))
        return [f"{found.models[0].name} is the encoder"]
