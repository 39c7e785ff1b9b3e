"""The bigram subnetwork: how few weights are enough to speak as a bigram would, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.figures import count, duration
from app.panels.generation.inside.learning_card import LearningCard
from app.panels.generation.inside.matrices_card import MatricesCard
from app.panels.generation.inside.penalties_card import PenaltiesCard
from app.panels.generation.inside.stream_card import StreamCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models, starter_texts
from core.generation.subnetwork.job import SUBNETWORK
from core.generation.subnetwork.result import MaskPoint

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.generation.subnetwork.request import SubnetworkRequest
    from core.generation.subnetwork.result import SubnetworkResult
    from core.project.records import RunRecord

SAMPLE = {"penalties": "10", "steps": 100, "written": 16_000}
"""Of the request that the sample runs: a quarter of the usual steps and one penalty, in about a minute."""


class SubnetworkTab(JobTab):
    job = SUBNETWORK
    kinds = (SUBNETWORK.kind,)
    empty = (
        "Somewhere in a language model there is a part that looks at the last token alone. Learn a mask over "
        "the weights of all layers until what is left speaks as a bigram would, and see how little that is "
        "and where it lies. What is left without it falls apart; without as many others, it hardly notices."
    )
    sample = "Find it in a starter model, quickly"
    verbs: ClassVar = ()
    unwritten = "What was learnt so far is kept."
    device = True

    def build(self) -> None:
        self._points: dict[tuple[float, int], MaskPoint] = {}
        self._of: int | None = None
        self.learning = LearningCard(self.session, self.page.fill_menu)
        self.penalties = PenaltiesCard(self.session, self.page.fill_menu)
        self.matrices = MatricesCard(self.session, self.page.fill_menu)
        self.stream = StreamCard(self.session, self.page.fill_menu)
        for card in (self.penalties, self.matrices, self.stream, self.learning):
            self.page.add(card)
        self.penalties.plot.chosen.connect(self.matrices.choose)
        self.page.told.connect(self._hear)

    def title_of(self, request: SubnetworkRequest) -> str:
        name = request.model.name
        return f"Bigram subnetwork of {name} · λ {request.penalties}, {count(request.steps)} steps"

    def sentences(self, run: RunRecord, result: SubnetworkResult) -> tuple[str, str]:
        source = "written by the model" if result.written else "of text"
        facts = [
            f"{count(result.counted)} bigrams {source}",
            f"measured on {count(result.measured_tokens)} tokens, {result.seen:.0%} of their bigrams seen",
            f"{count(result.told().of)} weights in the layers",
            duration(result.seconds),
            f"run {run.id}",
        ]
        return result.summary(), " · ".join(facts)

    def fill(self, result: SubnetworkResult) -> None:
        self.penalties.show_result(result)
        self.matrices.show_result(result)
        self.stream.show_result(result)
        self.learning.show_points([point for each in result.subnetworks for point in each.curve])

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The curve grows while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._of != run.id:
            self._of, self._points = run.id, {}
        try:
            point = MaskPoint.model_validate(event.data.get("point"))
        except ValidationError:
            return
        self._points[point.penalty, point.step] = point
        self.page.show_early([self.learning])
        self.learning.show_points(list(self._points.values()))

    def sample_values(self) -> dict[str, Any]:
        prose = next((path for path in starter_texts() if path.name == "prose.txt"), None)
        values: dict[str, Any] = dict(SAMPLE)
        if models := starter_models():
            values["model"] = str(models[0])
        return values | ({"held_out": str(prose)} if prose is not None else {})

    def put(self, found: Dropped) -> list[str]:
        said = []
        if found.models:
            self.page.setup.set_field("model", str(found.models[0]))
            said.append(f"{found.models[0].name} is looked into")
        return said + self.put_texts(found.texts)

    def made_here(self) -> Path | None:
        return None
