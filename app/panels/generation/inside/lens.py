"""Between the layers: what each would foretell, what each token looks at, how alike neighbours are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from app.figures import count, duration
from app.panels.generation.inside.attention_card import AttentionCard
from app.panels.generation.inside.layers_card import LayersCard
from app.panels.generation.inside.smoothness_card import SmoothnessCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models, starter_texts
from app.widgets.model_signs import model_signs
from app.widgets.visible_text import visible
from core.generation.lens.job import LENS

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.generation.lens.request import LensRequest
    from core.generation.lens.result import LensResult
    from core.project.records import RunRecord

PROMPT = "It was the best of tim"
TITLE = 28
"""Characters of the prompt in a run's title."""


class LensTab(JobTab):
    job = LENS
    kinds = (LENS.kind,)
    empty = (
        "A model makes up its mind layer by layer. Read off what it would say if it ended after each of "
        "them, see which tokens each one looks at, and how alike the states of neighbouring tokens are."
    )
    sample = "Look into the starter models"
    verbs: ClassVar = ()
    device = True
    large = True

    def build(self) -> None:
        self.layers = LayersCard(self.session, self.page.fill_menu)
        self.attention = AttentionCard()
        self.smoothness = SmoothnessCard(self.session, self.page.fill_menu)
        for card in (self.layers, self.attention, self.smoothness):
            self.page.add(card)
        self.layers.grid.position_chosen.connect(self.attention.choose)

    def title_of(self, request: LensRequest) -> str:
        prompt = request.prompt if len(request.prompt) <= TITLE else f"…{request.prompt[-TITLE:]}"
        return (
            f"Inside {request.model.name} · “{visible(prompt)}”" if prompt else f"Inside {request.model.name}"
        )

    def sentences(self, run: RunRecord, result: LensResult) -> tuple[str, str]:
        looked = result.looked
        facts = [f"{count(len(looked.ids))} tokens", f"{looked.layers} layers"]
        if result.reference:
            facts.append(f"centred by the mean state of {result.reference}")
        return result.summary(), " · ".join([*facts, duration(result.seconds), f"run {run.id}"])

    def fill(self, result: LensResult) -> None:
        run = self.page.run
        asked = run.request if run is not None else {}
        paths = [str(path) for path in (asked.get("model"), asked.get("beside")) if path]
        if len(paths) != len(result.models):
            paths = [looked.model for looked in result.models]
        signs = model_signs(self.session.project, paths)
        self.layers.show_result(result)
        self.attention.show_result(result)
        self.smoothness.show_result(result, signs)

    def sample_values(self) -> dict[str, Any]:
        models = starter_models()
        values: dict[str, Any] = {"prompt": PROMPT}
        for field, model in zip(("model", "beside"), models, strict=False):
            values[field] = str(model)
        prose = next((path for path in starter_texts() if path.name == "prose.txt"), None)
        return values | ({"reference": str(prose)} if prose is not None else {})

    def put(self, found: Dropped) -> list[str]:
        """A model is the one looked into, a second one stands beside it; a text is the reference."""
        said = []
        for field, role, model in zip(
            ("model", "beside"), ("looked into", "beside it"), found.models, strict=False
        ):
            self.page.setup.set_field(field, str(model))
            said.append(f"{model.name} is {role}")
        if found.texts:
            self.page.setup.set_field("reference", str(found.texts[0]))
            said.append(f"{found.texts[0].name} is the reference text")
        return said

    def made_here(self) -> Path | None:
        return None
