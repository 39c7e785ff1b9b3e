"""What a dimension can hold: the critical number of documents for each width, beside the paper's fit."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.figures import count, duration
from app.panels.job_tab import JobTab
from app.panels.retrieval.limits.curve_card import CurveCard
from app.panels.retrieval.limits.extended_card import ExtendedCard
from core.retrieval.critical.job import CRITICAL
from core.retrieval.critical.result import CriticalPoint, CriticalResult

if TYPE_CHECKING:
    from pathlib import Path

    from core.project.records import RunRecord
    from core.retrieval.critical.request import CriticalRequest

SAMPLE = {"dimensions": "2..8"}


class DimensionTab(JobTab):
    job = CRITICAL
    kinds = (CRITICAL.kind,)
    empty = (
        "Give every two documents a query that wants just these two, and move the vectors of both freely: no "
        "text, no model. Up to how many documents can all queries be served? For every width there is a last "
        "number, and a model that has to read texts does no better."
    )
    sample = "Find it for 2 to 8 dimensions"
    verbs: ClassVar = ()
    unwritten = "What was tried is kept."
    device = True

    def build(self) -> None:
        self._points: list[CriticalPoint] = []
        self._of: int | None = None
        self.page.told.connect(self._hear)

    @cached_property
    def curve(self) -> CurveCard:
        """Made with the first points, for the first visit to be quick."""
        made = CurveCard(self.session, self.page.fill_menu)
        self.page.add(made)
        return made

    @cached_property
    def extended(self) -> ExtendedCard:
        made = ExtendedCard(self.session)
        made.table.menu_asked.connect(self.page.fill_menu)
        self.page.add(made)
        return made

    def title_of(self, request: CriticalRequest) -> str:
        seeds = f", {request.seeds} seeds" if request.seeds > 1 else ""
        return f"Critical n · {request.dimensions} dimensions, k = {request.k}{seeds}"

    def sentences(self, run: RunRecord, result: CriticalResult) -> tuple[str, str]:
        tried = f"{count(result.tried)} numbers of documents tried"
        kept = f", {count(result.kept)} known from before" if result.kept else ""
        return result.summary(), " · ".join(
            [f"k = {result.k}", f"{tried}{kept}", duration(result.seconds), f"run {run.id}"]
        )

    def fill(self, result: CriticalResult) -> None:
        curve, extended = self.curve, self.extended  # both in the page before one of them hides
        curve.show_result(result)
        extended.show_result(result)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The curve grows while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._of != run.id:
            self._of, self._points = run.id, []
        try:
            self._points.append(CriticalPoint.model_validate(event.data.get("point")))
        except ValidationError:
            return
        k = run.request.get("k")
        so_far = CriticalResult(k=k if isinstance(k, int) else 2, search="", points=self._points)
        self.page.show_early([self.curve])
        self.curve.show_result(so_far)

    def sample_values(self) -> dict[str, Any]:
        return dict(SAMPLE)

    def made_here(self) -> Path | None:
        return None
