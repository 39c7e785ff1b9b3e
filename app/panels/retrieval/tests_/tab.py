"""Tests: what an encoder knows of likeness, triplets, words and bias, and the shape of its space."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.figures import count, duration
from app.panels.job_tab import JobTab
from app.panels.retrieval.skipped_card import SkippedCard
from app.panels.retrieval.tests_.figures_card import FiguresCard
from app.panels.retrieval.tests_.sections_card import SectionsCard
from app.panels.retrieval.tests_.spread_card import SpreadCard
from app.widgets.known_paths import EMBEDDER, starter_collections, starter_encoders
from core.errors import UserError
from core.folders import resources_folder
from core.retrieval.intrinsic.job import INTRINSIC
from core.retrieval.intrinsic.result import TestRow

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from app.widgets.run_page import RunPage
    from core.project.records import RunRecord
    from core.retrieval.intrinsic.request import IntrinsicRequest
    from core.retrieval.intrinsic.result import IntrinsicResult

FILES = ("sts", "triplets", "similarity", "analogies", "weat")
SAID = {
    "sts": "sentence likeness",
    "triplets": "triplets",
    "similarity": "word similarity",
    "analogies": "analogies",
    "weat": "WEAT",
}


class TestsCards:
    """Put into the page in the order in which they are read."""

    __test__ = False

    def __init__(self, page: RunPage) -> None:
        self.figures = FiguresCard(page.session)
        self.spread = SpreadCard(page.session)
        self.sections = SectionsCard(page.session)
        self.skipped = SkippedCard(page.session)
        for card in (self.figures, self.spread, self.sections, self.skipped):
            page.add(card)
        for table in (self.figures.table, self.sections.table, self.skipped.table):
            table.menu_asked.connect(page.fill_menu)

    def show_result(self, result: IntrinsicResult) -> None:
        self.figures.show_tests(result.rows)
        self.spread.show_result(result)
        self.sections.show_result(result)
        self.skipped.show_skipped(result.skipped)


class TestsTab(JobTab):
    __test__ = False

    job = INTRINSIC
    kinds = (INTRINSIC.kind,)
    empty = (
        "What does an encoder know before anybody searches with it? Give it pairs of sentences or words that "
        "people have judged, triplets, analogies, sets of words for a test of bias; or a collection, to see "
        "whether all its vectors point the same way, and which documents are hubs. The sample tests the "
        "starter encoder on triplets and on the pages of Lexigraft's own help."
    )
    sample = "Test the starter encoder"
    verbs: ClassVar = ()
    unwritten = "Nothing was measured."
    device = True

    def build(self) -> None:
        self._so_far: list[TestRow] = []
        self._heard: int | None = None
        """The run that the rows so far are of."""
        self.page.told.connect(self._hear)

    @cached_property
    def cards(self) -> TestsCards:
        """Made with the first rows, for the first visit to be quick."""
        return TestsCards(self.page)

    def title_of(self, request: IntrinsicRequest) -> str:
        asked = [SAID[name] for name in FILES if getattr(request, name)]
        asked += ["gender direction"] if request.gender else []
        asked += [request.collection.name] if request.collection else []
        return f"{request.encoder.named()} · {', '.join(asked)}"

    def sentences(self, run: RunRecord, result: IntrinsicResult) -> tuple[str, str]:
        tests = len(result.rows)
        facts = [
            result.encoder,
            f"{count(result.width)} dimensions",
            f"{tests} {'test' if tests == 1 else 'tests'}",
            duration(result.seconds),
            f"run {run.id}",
        ]
        return result.summary(), " · ".join(facts)

    def fill(self, result: IntrinsicResult) -> None:
        self.cards.show_result(result)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The table fills while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None or "row" not in event.data:
            return
        if self._heard != run.id:
            self._heard, self._so_far = run.id, []
        try:
            self._so_far.append(TestRow.model_validate(event.data["row"]))
        except ValidationError:  # of another version
            return
        self.cards.figures.show_tests(self._so_far)
        self.page.show_early([self.cards.figures])

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The starter encoder, on the sample triplets and the help's pages."""
        collections = starter_collections()
        encoder = next((path for path in starter_encoders() if path.name == EMBEDDER), None)
        triplets = resources_folder() / "starter" / "tests" / "triplets.jsonl"
        if encoder is None or not collections or not triplets.is_file():
            raise UserError("The sample encoder or its tests cannot be found; install Lexigraft again.")
        return {
            "encoder": {"kind": "dense", "model": str(encoder)},
            "triplets": [str(triplets)],
            "collection": str(collections[0]),
        }

    def put(self, found: Dropped) -> list[str]:
        """A table goes where its name says, if it does; else it is taken for pairs of sentences."""
        said = []
        if found.collections:
            self.page.setup.set_field("collection", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        for path in [*found.models, *found.vectors][:1]:
            self.page.setup.set_field("encoder", {"kind": "dense", "model": str(path)})
            said.append(f"{path.name} is the encoder")
        for path in found.tables:
            key = next((name for name in FILES if name in path.name.lower()), "sts")
            said += [f"{path.name} is for {SAID[key]}" for _ in self.put_texts([path], key)]
        return said
