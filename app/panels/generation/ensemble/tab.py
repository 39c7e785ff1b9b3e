"""Ensemble: several models as one, what they write and what they foretell together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.panels.generation.ensemble import words
from app.panels.generation.ensemble.members_card import TOGETHER, MembersCard
from app.panels.generation.ensemble.shares_card import SharesCard
from app.panels.generation.ensemble.written_card import WrittenCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models, starter_texts
from app.widgets.model_signs import model_signs
from app.widgets.series_numbers import keep_numbers
from core.generation.ensemble.job import ENSEMBLE
from core.generation.ensemble.result import Character, Stretch

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from app.widgets.model_signs import ModelSign
    from core.generation.ensemble.request import EnsembleRequest
    from core.generation.ensemble.result import EnsembleResult
    from core.project.records import RunRecord

SAMPLE = {"prompt": "It was the best of tim", "max_bytes": 80, "text_bytes": 512, "stride": 64}
MOST = 4


class EnsembleTab(JobTab):
    job = ENSEMBLE
    kinds = (ENSEMBLE.kind,)
    empty = (
        "Two models that know different things foretell better together, even if their tokens differ: "
        "byte by byte their laws are multiplied or mixed. Let them write as one, and see on a text of "
        "yours what each gains. The sample joins the two starter models."
    )
    sample = "Join the starter models"
    verbs: ClassVar = ()
    unwritten = "Nothing was kept."
    device = True

    def build(self) -> None:
        self._shown: int | None = None
        """The run that `_characters` and `_stretches` are of, while it goes on."""
        self._characters: list[Character] = []
        self._stretches: list[Stretch] = []
        self.members = MembersCard(self.session)
        self.written = WrittenCard()
        self.shares = SharesCard(self.session, self.page.fill_menu)
        for card in (self.members, self.written, self.shares):
            self.page.add(card)
        self.members.table.menu_asked.connect(self.page.fill_menu)
        self.page.told.connect(self._hear)

    def title_of(self, request: EnsembleRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: EnsembleResult) -> tuple[str, str]:
        names = [sign.name for sign in model_signs(self.session.project, run.request["models"])]
        return words.sentence(result, names), words.facts(result, names, run.id)

    # What it shows

    def fill(self, result: EnsembleResult) -> None:
        signs = self._signs()
        self.members.setVisible(bool(result.measured))
        self.written.setVisible(bool(result.characters))
        self.shares.setVisible(len(result.stretches) > 1)
        if result.measured:
            self.members.show_result(result, signs, self._together())
        self.written.show_written(result.prompt, result.characters, signs)
        self.shares.show_stretches(result.stretches, signs, self._together())

    def _signs(self) -> list[ModelSign]:
        """The models of the run shown, as they are called and coloured everywhere."""
        run = self.page.run
        return model_signs(self.session.project, run.request["models"] if run is not None else [])

    def _together(self) -> int:
        names = [sign.name for sign in self._signs()]
        return keep_numbers(self.session.project, [*names, TOGETHER])[TOGETHER]

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The text and the windows show as they come."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._shown != run.id:
            self._shown, self._characters, self._stretches = run.id, [], []
        part = event.data.get("part")
        try:
            if part == "written":
                self._characters += map(Character.model_validate, event.data["characters"])
                self.written.show_written(run.request["prompt"], self._characters, self._signs())
            elif part == "stretch":
                self._stretches.append(Stretch.model_validate(event.data["stretch"]))
                self.shares.show_stretches(self._stretches, self._signs(), self._together())
        except (ValidationError, KeyError):  # of another version
            return
        early = [self.written] if self._characters else []
        self.page.show_early([*early, *([self.shares] if len(self._stretches) > 1 else [])])

    # The form

    def sample_values(self) -> dict[str, Any]:
        prose = [path for path in starter_texts() if path.name == "prose.txt"]
        return {
            "models": [str(path) for path in starter_models()],
            "text": [str(path) for path in prose],
            **SAMPLE,
        }

    def put(self, found: Dropped) -> list[str]:
        """Models join those chosen, as far as there is room; texts are what is measured on."""
        said = []
        if found.models:
            samples = {str(path) for path in starter_models()}
            before = [
                path for path in self.page.setup.form.box("models").editor.value() if path not in samples
            ]
            chosen = list(dict.fromkeys([*before, *map(str, found.models)]))[-MOST:]
            self.page.setup.set_field("models", chosen)
            said.append(f"{', '.join(path.name for path in found.models)} joined the models")
        return said + super().put(found)
