"""Merged: a text read with merged tokens, and one written with a large vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot

from app.panels.generation.merged import words
from app.panels.generation.merged.reading_card import ReadingCard
from app.panels.generation.merged.vocabulary_card import VocabularyCard
from app.panels.generation.merged.writing_card import WritingCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models, starter_texts
from core.merged.job import MERGED
from core.merged.result import Reading, WrittenPiece

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.session import Session
    from app.widgets.dropped import Dropped
    from core.merged.request import MergedRequest
    from core.merged.result import MergedResult
    from core.project.records import RunRecord

SAMPLE = {"reach": "phrases", "size": 20_000, "read_bytes": 4_000, "merges": 200}


class MergedTab(JobTab):
    job = MERGED
    kinds = (MERGED.kind,)
    empty = (
        "Let a model read and write in longer tokens than its own: pairs of a text are merged as it is read, "
        "and up to a million further tokens may be written, found through an index. See what that saves, and "
        "what it costs a model that was never trained on them."
    )
    sample = "Try it on a starter"
    unwritten = "Nothing more was measured."

    def __init__(self, session: Session) -> None:
        self._of: int | None = None
        self._written: dict[str, list[WrittenPiece]] = {}
        self._early: list[QWidget] = []
        super().__init__(session)

    def build(self) -> None:
        self.reading = ReadingCard(self.session)
        self.writing = WritingCard(self.session)
        self.vocabulary = VocabularyCard(self.session)
        for card in (self.writing, self.reading, self.vocabulary):
            self.page.add(card)
            card.table.menu_asked.connect(self.page.fill_menu)
        self.page.told.connect(self._hear)

    def title_of(self, request: MergedRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: MergedResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    def fill(self, result: MergedResult) -> None:
        self.reading.show_reading(result.reading, result.read_pieces)
        self.writing.show_result(result)
        self.vocabulary.show_vocabulary(result.vocabulary)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """What is read and written shows as it comes."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._of != run.id:
            self._of, self._written, self._early = run.id, {"plain": [], "merged": []}, []
        data = event.data
        pieces = [WrittenPiece.model_validate(piece) for piece in data["pieces"]]
        if data["part"] == "reading":
            self._show_early(self.reading)
            self.reading.show_reading(Reading.model_validate(data["reading"]), pieces)
            return
        if not any(self._written.values()):
            for way in self._written:
                self.writing.show_so_far(way, ())
        self._show_early(self.writing)
        self._written[data["way"]] += pieces
        self.writing.show_so_far(data["way"], self._written[data["way"]])

    def _show_early(self, card: QWidget) -> None:
        if card not in self._early:
            self._early.append(card)
        self.page.show_early(self._early)

    # The form

    def sample_values(self) -> dict[str, Any]:
        prose = [path for path in starter_texts() if path.name == "prose.txt"]
        return {"model": str(starter_models()[0]), "text": [str(path) for path in prose], **SAMPLE}

    def put(self, found: Dropped) -> list[str]:
        """A model is the one that reads and writes; texts join those that are chosen."""
        said = []
        for model in found.models[:1]:
            self.page.setup.set_field("model", str(model))
            said.append(f"{model.name} reads and writes")
        return said + super().put(found)
