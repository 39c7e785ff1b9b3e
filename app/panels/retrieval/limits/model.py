"""Your model on LIMIT: what it finds of a collection that single words solve, beside the paper's figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot

from app.figures import count
from app.panels.job_tab import JobTab
from app.panels.retrieval import words
from app.panels.retrieval.limits.paper_card import PaperCard
from app.panels.retrieval.result_cards import ResultCards
from app.panels.retrieval.sought import Sought
from app.widgets.known_paths import starter_encoders
from app.widgets.systems_editor import SystemsEditor
from core.errors import UserError
from core.retrieval.limit.job import LIMIT

if TYPE_CHECKING:
    from pathlib import Path

    from app.widgets.dropped import Dropped
    from core.project.records import RunRecord
    from core.retrieval.limit.request import LimitRequest
    from core.retrieval.limit.result import LimitResult


class ModelTab(JobTab):
    job = LIMIT
    kinds = (LIMIT.kind,)
    empty = (
        "A vector of fixed width can put only so many different sets of documents first. LIMIT asks for all "
        "of them: 46 people, and for every two of them something that only these two like. Single words find "
        "it at once; see how much of it your model does."
    )
    sample = "Your model on LIMIT"
    verbs: ClassVar = (("why", "See why"), ("folder", "Open folder"))
    unwritten = "Nothing was measured."
    device = True
    large = True

    def build(self) -> None:
        """Nothing yet: the cards are made with the first result, for the first visit to be quick."""

    @cached_property
    def paper(self) -> PaperCard:
        made = PaperCard(self.session)
        made.table.menu_asked.connect(self.page.fill_menu)
        self.page.add(made)
        return made

    @cached_property
    def cards(self) -> ResultCards:
        made = ResultCards(self.page)
        made.asked.connect(self._ask_why)
        return made

    def title_of(self, request: LimitRequest) -> str:
        names = ", ".join(system.named() for system in request.systems)
        what = (
            request.given.name
            if request.given
            else f"{request.pattern}, {count(request.documents)} documents"
        )
        return f"LIMIT · {what} · {names}"

    def sentences(self, run: RunRecord, result: LimitResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    def fill(self, result: LimitResult) -> None:
        paper, cards = self.paper, self.cards  # both in the page before one of them hides
        paper.show_result(result)
        cards.show_result(result)

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The encoder that ships, and BM25 to compare with."""
        encoders = starter_encoders()
        if not encoders:
            raise UserError("The models that come with Lexigraft cannot be found; install it again.")
        return {"systems": [{"kind": "dense", "model": str(encoders[0])}, "bm25"]}

    @Slot()
    def run_sample(self) -> None:
        """With the model in the form, if there is one; otherwise with the one that ships."""
        if self.page.setup.run.isEnabled() and self.page.touched:
            self.page.setup.submit()
        else:
            super().run_sample()

    def put(self, found: Dropped) -> list[str]:
        said = []
        if found.collections:
            self.page.setup.set_field("given", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        systems = self.page.setup.form.box("systems").editor
        added = [*found.models, *found.vectors]
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
        self.wanted.emit("why", Sought(run.id, first, second, query, self.cards.measure))

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        return {**super().acts(folder), "why": self._ask_why}
