"""Evaluate: systems on a collection, which of them is better, and whether that is sure."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot

from app.panels.job_tab import JobTab
from app.panels.retrieval import words
from app.panels.retrieval.export import ask_what
from app.panels.retrieval.result_cards import ResultCards
from app.panels.retrieval.sought import Sought
from app.widgets.known_paths import EMBEDDER, starter_collections, starter_encoders
from app.widgets.systems_editor import SystemsEditor
from core.errors import UserError
from core.retrieval.evaluate.job import EVALUATE

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.project.records import RunRecord
    from core.retrieval.evaluate.request import RetrievalRequest
    from core.retrieval.evaluate.result import EvaluationResult


class EvaluateTab(JobTab):
    job = EVALUATE
    kinds = (EVALUATE.kind,)
    empty = (
        "Which embedding model, index or mixture finds the right documents in your collection, and is the "
        "difference real? Choose a collection and the systems to be compared; each is measured as trec_eval "
        "does, with intervals and paired tests. The sample searches the pages of Lexigraft's own help."
    )
    sample = "Evaluate the sample"
    verbs: ClassVar = (("why", "See why"), ("export", "Export…"), ("folder", "Open folder"))
    unwritten = "Nothing was measured."
    device = True
    large = True

    def build(self) -> None:
        """Nothing yet: the cards are made with the first result, for the first visit to be quick."""

    @cached_property
    def cards(self) -> ResultCards:
        made = ResultCards(self.page)
        made.asked.connect(self._ask_why)
        return made

    def title_of(self, request: RetrievalRequest) -> str:
        return words.run_title(request.collection, request.systems)

    def sentences(self, run: RunRecord, result: EvaluationResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def fill(self, result: EvaluationResult) -> None:
        self.cards.show_result(result)

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The starter embedder, BM25 and both together, on the help's pages."""
        collections = starter_collections()
        if not collections:
            raise UserError("The sample collection cannot be found; install Lexigraft again.")
        systems: list[str | dict[str, Any]] = ["bm25"]
        own = next((path for path in starter_encoders() if path.name == EMBEDDER), None)
        if own is not None:
            systems = [{"kind": "dense", "model": str(own)}, "bm25", "hybrid"]
        return {"collection": str(collections[0]), "systems": systems}

    def put(self, found: Dropped) -> list[str]:
        said = []
        if found.collections:
            self.page.setup.set_field("collection", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        systems = self.page.setup.form.box("systems").editor
        added = [*found.models, *found.vectors, *found.runs]
        if added and isinstance(systems, SystemsEditor) and systems.take(added):
            said.append(f"{', '.join(path.name for path in added)} joined the systems")
        return said

    # What becomes of a result

    @Slot(str)
    def _ask_why(self, query: str = "") -> None:
        run, result = self.page.run, self.page.result
        if run is None or result is None or result.out is None:
            return
        first, second = self.cards.differences.pair
        sought = Sought(run.id, first, second, query, self.cards.measure)
        self.wanted.emit("why", sought)

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        return {
            **super().acts(folder),
            "why": self._ask_why,
            "export": lambda: ask_what(
                self.page.answer.buttons["export"], self.cards, self.page.result, self.session
            ),
        }
