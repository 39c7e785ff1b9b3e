"""Study: every pooling and both kinds of attention on one model, with heads trained on pairs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot

from app.figures import count, duration
from app.panels.job_tab import JobTab
from app.panels.retrieval import words
from app.panels.retrieval.skipped_card import SkippedCard
from app.panels.retrieval.sought import Sought
from app.panels.retrieval.study.costs_card import CostsCard
from app.panels.retrieval.study.designs_card import DesignsCard
from app.panels.retrieval.study.grid_card import GridCard
from app.panels.retrieval.study.layers_card import LayersCard
from app.widgets.known_paths import starter_collections, starter_models
from core.errors import UserError
from core.retrieval.study.job import STUDY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.widgets.dropped import Dropped
    from app.widgets.run_page import RunPage
    from core.project.records import RunRecord
    from core.retrieval.study.request import StudyRequest
    from core.retrieval.study.result import StudyResult


class StudyCards:
    """Put into the page in the order in which they are read."""

    def __init__(self, page: RunPage) -> None:
        self.grid = GridCard(page.session, page.fill_menu)
        self.layers = LayersCard(page.session, page.fill_menu)
        self.designs = DesignsCard(page.session)
        self.costs = CostsCard(page.session)
        self.skipped = SkippedCard(page.session)
        for card in (self.grid, self.layers, self.designs, self.costs, self.skipped):
            page.add(card)
        for table in (self.designs.table, self.costs.table, self.costs.heads):
            table.menu_asked.connect(page.fill_menu)

    def show_result(self, result: StudyResult) -> None:
        for card in (self.grid, self.layers, self.designs, self.costs):
            card.show_result(result)
        self.skipped.show_skipped(result.skipped)


class StudyTab(JobTab):
    job = STUDY
    kinds = (STUDY.kind,)
    empty = (
        "A model gives a state for every token. How these become one vector is a choice: which pooling, "
        "which layer, whether tokens see those after them, or a small head that learns it from your pairs. "
        "Compare them all on your collection at once."
    )
    sample = "Study a starter model"
    verbs: ClassVar = (("why", "See why"), ("folder", "Open folder"))
    unwritten = "No head was written."
    device = True

    def build(self) -> None:
        """Nothing yet: the cards are made with the first result, for the first visit to be quick."""

    @cached_property
    def cards(self) -> StudyCards:
        return StudyCards(self.page)

    def title_of(self, request: StudyRequest) -> str:
        heads = f" and {len(request.heads)} trained heads" if request.heads else ""
        return f"{request.model.name} · {request.collection.name} · {len(request.poolings)} poolings{heads}"

    def sentences(self, run: RunRecord, result: StudyResult) -> tuple[str, str]:
        facts = [
            result.model,
            result.collection,
            f"{count(len(result.queries))} queries",
            f"made {result.made}",
            words.TESTS.get(result.test, result.test),
        ]
        how = words.CORRECTIONS.get(result.correction)
        if how:
            facts.append(f"corrected for {count(len(result.comparisons))} comparisons ({how})")
        said = result.summary().replace("p = ", f"p{words.KEPT}={words.KEPT}")
        return said, " · ".join([*facts, duration(result.seconds), f"run {run.id}"])

    def fill(self, result: StudyResult) -> None:
        self.cards.show_result(result)

    # The form

    def sample_values(self) -> dict[str, Any]:
        """A decoder that ships, on the help's pages: it shows what attention does."""
        models, collections = starter_models(), starter_collections()
        if not models or not collections:
            raise UserError("The sample's model or collection cannot be found; install Lexigraft again.")
        return {"model": str(models[0]), "collection": str(collections[0]), "steps": 60}

    def put(self, found: Dropped) -> list[str]:
        said = []
        if found.collections:
            self.page.setup.set_field("collection", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        if found.models:
            self.page.setup.set_field("model", str(found.models[0]))
            said.append(f"{found.models[0].name} is the model")
        if found.tables:
            self.page.setup.set_field("pairs", str(found.tables[0]))
            said.append(f"{found.tables[0].name} holds the pairs")
        return said

    # What becomes of a result

    @Slot()
    def _ask_why(self) -> None:
        """The best way against the model's own, query by query."""
        run, result = self.page.run, self.page.result
        if run is None or result is None:
            return
        best = next((cell for cell in result.best_first() if not cell.own), None)
        if best is not None:
            self.wanted.emit("why", Sought(run.id, best.name, result.own.name))

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        return {**super().acts(folder), "why": self._ask_why}
