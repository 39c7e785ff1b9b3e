"""A gap to fill, and a study of prompts that end anywhere: the fill job's setup and result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.panels.generation.fill import words
from app.panels.generation.fill.cuts_card import CutsCard
from app.panels.generation.fill.filling_card import FillingCard
from app.panels.generation.fill.study_card import StudyCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models, starter_texts
from core.generation.fill.job import FILL
from core.generation.fill.result import Candidate, Cut

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.generation.fill.request import FillRequest
    from core.generation.fill.result import FillResult
    from core.project.records import RunRecord

SAMPLE = {
    "prefix": "It was the best of tim",
    "suffix": ", it was the worst of times.",
    "max_bytes": 12,
    "candidates": 4,
    "cuts": 64,
    "ahead": 12,
}


class GapTab(JobTab):
    job = FILL
    kinds = (FILL.kind,)
    empty = (
        "Let a model write what stands between two texts, even where they end within a word. And cut texts "
        "of yours at random places, to see how much better the exact law of the next byte foretells what "
        "follows than token healing and the plain prompt do. The sample does both with a starter model."
    )
    sample = "Fill the sample gap"
    verbs: ClassVar = ()
    unwritten = "Nothing was kept."
    device = True

    def build(self) -> None:
        self._shown: int | None = None
        """The run that `_cuts` are of, while it goes on."""
        self._cuts: list[Cut] = []
        self.filling = FillingCard(self.session)
        self.study = StudyCard(self.session)
        self.cuts = CutsCard(self.session)
        for card in (self.filling, self.study, self.cuts):
            self.page.add(card)
        for table in (self.filling.table, self.filling.greedy, self.study.table, self.cuts.table):
            table.menu_asked.connect(self.page.fill_menu)
        self.page.told.connect(self._hear)

    def title_of(self, request: FillRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: FillResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    # What it shows

    def fill(self, result: FillResult) -> None:
        self.filling.setVisible(result.filling is not None)
        self.study.setVisible(result.study is not None)
        self.cuts.setVisible(result.study is not None)
        if result.filling is not None:
            self.filling.show_filling(result.filling)
        if result.study is not None:
            self.study.show_study(result.study)
            self.cuts.show_cuts(result.study.cuts)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """Candidates and cuts show as they come."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._shown != run.id:
            self._shown, self._cuts = run.id, []
        part = event.data.get("part")
        early: list[QWidget] = []
        try:
            if part == "candidates":
                found = [Candidate.model_validate(one) for one in event.data["candidates"]]
                self.filling.show_so_far(run.request["prefix"], run.request["suffix"], found)
                early = [self.filling]
            elif part == "cuts":
                self._cuts += map(Cut.model_validate, event.data["cuts"])
                self.cuts.show_cuts(self._cuts)
                early = [self.cuts]
        except (ValidationError, KeyError):  # of another version
            return
        self.page.show_early(early)

    # The form

    def sample_values(self) -> dict[str, Any]:
        prose = [path for path in starter_texts() if path.name == "prose.txt"]
        return {"model": str(starter_models()[0]), "text": [str(path) for path in prose], **SAMPLE}

    def put(self, found: Dropped) -> list[str]:
        """A model is the one that fills; texts are what is cut."""
        said = []
        if found.models:
            self.page.setup.set_field("model", str(found.models[0]))
            said.append(f"{found.models[0].name} is the model")
        return said + super().put(found)
