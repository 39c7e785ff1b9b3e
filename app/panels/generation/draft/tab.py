"""Draft: speculative decoding, also across vocabularies; what was accepted, and what it gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot

from app.panels.generation.draft import words
from app.panels.generation.draft.positions_card import PositionsCard
from app.panels.generation.draft.speed_card import SpeedCard
from app.panels.generation.draft.text_card import TextCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models
from core.generation.draft.job import DRAFT
from core.generation.draft.result import DraftPiece

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.dropped import Dropped
    from core.generation.draft.request import DraftRequest
    from core.generation.draft.result import DraftResult
    from core.project.records import RunRecord

SAMPLE = {"prompt": "It was the best of tim", "max_tokens": 48}


class DraftTab(JobTab):
    job = DRAFT
    kinds = (DRAFT.kind,)
    empty = (
        "A draft proposes several tokens, and the target verifies them in one call: what is written is the "
        "target’s, sooner. The draft may have another vocabulary. See what was accepted, and whether it pays."
    )
    sample = "Let one starter draft for the other"
    unwritten = "Nothing more was written."
    device = True

    def __init__(self, session: Session) -> None:
        self._pieces: list[DraftPiece] = []
        self._of: int | None = None
        """The run that they are of."""
        super().__init__(session)

    def build(self) -> None:
        self.text = TextCard()
        self.positions = PositionsCard()
        self.speed = SpeedCard(self.session)
        for card in (self.text, self.speed, self.positions):
            self.page.add(card)
        self.speed.table.menu_asked.connect(self.page.fill_menu)
        self.page.told.connect(self._hear)

    def title_of(self, request: DraftRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: DraftResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    def fill(self, result: DraftResult) -> None:
        self.text.show_pieces(result.pieces)
        self.positions.show_result(result)
        self.speed.show_result(result)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The text grows while it is written."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._of != run.id:
            self._of, self._pieces = run.id, []
        self._pieces += [DraftPiece.model_validate(piece) for piece in event.data["pieces"]]
        self.page.show_early([self.text])
        self.text.show_pieces(self._pieces)

    # The form

    def sample_values(self) -> dict[str, Any]:
        target, *others = map(str, starter_models())
        return {"model": target, "draft": others[0] if others else target, **SAMPLE}

    def put(self, found: Dropped) -> list[str]:
        """A model is the target, a second one its draft."""
        said = []
        for field, name, model in zip(
            ("model", "draft"), ("the target", "the draft"), found.models, strict=False
        ):
            self.page.setup.set_field(field, str(model))
            said.append(f"{model.name} is {name}")
        return said
