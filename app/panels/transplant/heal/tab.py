"""Heal: a short training after the transplant, and how much text it takes until the base is met."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot

from app.panels.job_tab import JobTab
from app.panels.transplant.heal import words
from app.panels.transplant.heal.curve_card import CurveCard, Curves
from app.panels.transplant.heal.slices_card import SlicesCard
from app.panels.transplant.heal.so_far import SoFar
from app.panels.transplant.heal.trained_card import TrainedCard
from app.widgets.known_paths import starter_texts
from core.heal.job import HEAL
from core.heal.result import ALL
from core.transplant.job import TRANSPLANT

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.dropped import Dropped
    from core.heal.request import HealRequest
    from core.heal.result import HealResult
    from core.project.project import Project
    from core.project.records import RunRecord

SAMPLE = {"train": "embeddings and lora", "tokens": 20_000, "held_out_share": 0.2}
"""Of the request that the sample runs: its text is short, and a minute shows the curve fall."""
NONE_YET = "There is no transplant in this project yet: run one first, then heal it."


class HealTab(JobTab):
    job = HEAL
    kinds = (HEAL.kind,)
    empty = (
        "A transplanted model loses something, mostly since it sees its own tokens in places that it was not "
        "trained on. Let it learn from some text of yours, and see after how much of it the base is met."
    )
    sample = "Heal the newest transplant"
    verbs: ClassVar = (("folder", "Open folder"),)
    unwritten = "No model was written."
    device = True

    def __init__(self, session: Session) -> None:
        self._newest: RunRecord | None = None
        super().__init__(session)

    def build(self) -> None:
        self._so_far: SoFar | None = None
        self.curve = CurveCard(self.session, self.page.fill_menu)
        self.slices = SlicesCard(self.session)
        self.trained = TrainedCard(self.session)
        for card in (self.curve, self.slices, self.trained):
            self.page.add(card)
        self.slices.table.menu_asked.connect(self.page.fill_menu)
        self.page.told.connect(self._hear)

    def title_of(self, request: HealRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: HealResult) -> tuple[str, str]:
        return result.answer(), words.facts(result, run.id)

    # What it shows

    def fill(self, result: HealResult) -> None:
        said = " ".join(filter(None, [result.pace(), result.beside_answer()]))
        self.curve.show_curves(Curves(result.curve, result.beside, result.goal.get(ALL)), said)
        self.slices.show_result(result)
        self.trained.show_result(result)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The curve grows while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._so_far is None or self._so_far.run_id != run.id:
            self._so_far = SoFar(run.id)
        self._so_far.hear(event.data)
        curves = self._so_far.curves()
        if curves.healed:
            self.page.show_early([self.curve])
            self.curve.show_curves(curves)

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The newest transplant on the sample prose; without one, only what to learn from."""
        prose = [path for path in starter_texts() if path.name == "prose.txt"]
        values: dict[str, Any] = {"text": [str(path) for path in prose], **SAMPLE}
        if self._newest is not None and self._newest.result is not None:
            values["model"] = str(self._newest.result["out"])
            values["base"] = str(self._newest.result["base"])
        return values

    def _propose(self) -> None:
        """The newest transplant, as soon as the project has told which it is."""
        super()._propose()
        self._ask_newest(self._propose_newest)

    def _propose_newest(self) -> None:
        if self._newest is not None and not self.page.touched:
            self.page.setup.show_spec(self.sample_values(), 0, "auto")

    @Slot()
    def run_sample(self) -> None:
        self._ask_newest(self._run_newest)

    def _run_newest(self) -> None:
        if self._newest is None:
            self.session.message.emit(NONE_YET, "warning")
            self.wanted.emit("transplant", None)
            return
        super().run_sample()

    def _ask_newest(self, then: Callable[[], None]) -> None:
        def got(run: RunRecord | None) -> None:
            self._newest = run
            then()

        if self.session.project is not None:
            self.session.ask(_newest, self.session.project, then=got, owner=self, key="newest")

    def put(self, found: Dropped) -> list[str]:
        """A model is the one to be healed, a second one its base; texts are what is learnt from."""
        said = []
        for field, name, model in zip(("model", "base"), ("healed", "the base"), found.models, strict=False):
            self.page.setup.set_field(field, str(model))
            said.append(f"{model.name} is {name}")
        return said + super().put(found)


def _newest(project: Project) -> RunRecord | None:
    """The newest finished transplant whose model is still there."""
    for listed in project.runs():
        if listed.kind == TRANSPLANT.kind and listed.status == "done":
            run = project.run(listed.id)
            if run.result is not None and Path(str(run.result.get("out", ""))).is_dir():
                return run
    return None
