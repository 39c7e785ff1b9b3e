"""Score: what texts cost models, in bits per byte, and where two models part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.panels.generation.score import words
from app.panels.generation.score.bytes_card import BytesCard
from app.panels.generation.score.curve_card import CurveCard
from app.panels.generation.score.figures_card import FiguresCard
from app.panels.generation.score.passages_card import PassagesCard
from app.panels.generation.score.text_card import TextCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models, starter_texts
from app.widgets.model_signs import model_signs
from core.generation.score.job import SCORE
from core.generation.score.result import Curve

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from app.widgets.model_signs import ModelSign
    from core.generation.score.request import ScoreRequest
    from core.generation.score.result import ScoreResult
    from core.project.records import RunRecord


class ScoreTab(JobTab):
    job = SCORE
    kinds = (SCORE.kind,)
    empty = (
        "How well do models foretell a text of yours? Bits per byte say it, whatever their tokens are: the "
        "fewer, the better. You see which words cost most, and where two models part. The sample scores a "
        "page of prose under both starter models."
    )
    sample = "Score the sample prose"
    verbs: ClassVar = ()
    unwritten = "Nothing was scored to the end."
    device = True
    large = True

    def build(self) -> None:
        self.figures = FiguresCard(self.session)
        self.curve = CurveCard(self.session, self.page.fill_menu)
        self.text = TextCard()
        self.passages = PassagesCard(self.session)
        self.bytes = BytesCard(self.session, self.page.fill_menu)
        for card in (self.figures, self.text, self.curve, self.passages, self.bytes):
            self.page.add(card)
        for table in (self.figures.table, self.figures.texts, self.passages.table, self.bytes.table):
            table.menu_asked.connect(self.page.fill_menu)
        self.text.pointed.connect(self.curve.plot.light)
        self.curve.plot.pointed.connect(self.text.light)
        self.bytes.pointed.connect(self._light)
        self.passages.chosen.connect(self._go_to)
        self.page.told.connect(self._hear)

    def title_of(self, request: ScoreRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: ScoreResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    # What it shows

    def fill(self, result: ScoreResult) -> None:
        signs = self._signs()
        self.figures.show_result(result, signs)
        self.text.show_result(result, signs)
        self.curve.show_curve(result.curve, signs)
        self.passages.show_result(result, signs)
        self.bytes.show_result(result, signs)

    def _signs(self) -> list[ModelSign]:
        """The models of the run shown, as they are called and coloured everywhere."""
        run = self.page.run
        return model_signs(self.session.project, run.request["models"] if run is not None else [])

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The curve grows while the run goes on."""
        if event.type != "partial" or event.data.get("part") != "curve":
            return
        try:
            curve = Curve.model_validate(event.data["curve"])
        except (ValidationError, KeyError):  # of another version
            return
        signs = self._signs()
        if len(signs) == len(curve.points):
            self.curve.show_curve(curve, signs)
            self.page.show_early([self.curve])

    @Slot(int, int)
    def _light(self, start: int, end: int) -> None:
        self.text.light(start, end)
        self.curve.plot.light(start, end)

    @Slot(int, int)
    def _go_to(self, start: int, end: int) -> None:
        self.text.show_bytes(start, end)
        self.curve.plot.light(start, end)
        if self.bytes.isVisible():
            self.bytes.light(start, end)

    # The form

    def sample_values(self) -> dict[str, Any]:
        prose = [path for path in starter_texts() if path.name == "prose.txt"]
        return {"models": [str(path) for path in starter_models()], "text": [str(path) for path in prose]}

    def put(self, found: Dropped) -> list[str]:
        """Models join those chosen, as far as there is room; texts are what is scored."""
        said = []
        if found.models:
            samples = {str(path) for path in starter_models()}
            before = [
                path for path in self.page.setup.form.box("models").editor.value() if path not in samples
            ]
            chosen = list(dict.fromkeys([*before, *map(str, found.models)]))[-4:]
            self.page.setup.set_field("models", chosen)
            said.append(f"{', '.join(path.name for path in found.models)} joined the models")
        return said + super().put(found)
