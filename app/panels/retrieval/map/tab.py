"""Map: a collection on a plane, near each other what its encoder takes for alike."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from app.panels.job_tab import JobTab
from app.panels.retrieval.map import words
from app.panels.retrieval.map.map_card import MapCard
from app.widgets.known_paths import starter_collections, starter_encoders
from core.errors import UserError
from core.retrieval.map.job import MAP

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.project.records import RunRecord
    from core.retrieval.map.request import MapRequest
    from core.retrieval.map.result import MapResult


class MapTab(JobTab):
    job = MAP
    kinds = (MAP.kind,)
    empty = (
        "What does a model see in your collection? Each document becomes a point, near those that the model "
        "takes for alike, with the queries among them, joined to what is relevant. How much of the "
        "neighbourhoods such a map keeps is said above it."
    )
    sample = "Map the sample"
    verbs: ClassVar = (("folder", "Open folder"),)
    unwritten = "No map was drawn."
    device = True

    def build(self) -> None:
        """Nothing yet: the cards are made with the first result, for the first visit to be quick."""

    @cached_property
    def card(self) -> MapCard:
        card = MapCard(self.session, self.page.fill_menu)
        card.table.menu_asked.connect(self.page.fill_menu)
        self.page.add(card)
        return card

    def title_of(self, request: MapRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: MapResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    def fill(self, result: MapResult) -> None:
        self.card.show_map(Path(result.out))

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The help's pages, by the starter embedder."""
        collections, encoders = starter_collections(), starter_encoders()
        if not collections or not encoders:
            raise UserError("The sample collection cannot be found; install Lexigraft again.")
        return {
            "collection": str(collections[0]),
            "encoder": {"kind": "dense", "model": str(encoders[0])},
        }

    def put(self, found: Dropped) -> list[str]:
        said = []
        if found.collections:
            self.page.setup.set_field("collection", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        for model in [*found.models, *found.vectors][:1]:
            self.page.setup.set_field("encoder", {"kind": "dense", "model": str(model)})
            said.append(f"{model.name} is the encoder")
        return said
