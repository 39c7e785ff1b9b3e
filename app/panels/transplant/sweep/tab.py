"""Sweep: many methods and parameters on one pair of models, as one board."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.panels.job_tab import JobTab
from app.panels.transplant import words as of_transplant
from app.panels.transplant.sweep import words
from app.panels.transplant.sweep.board_card import BoardCard
from app.panels.transplant.sweep.plots_card import PlotsCard
from core.errors import UserError
from core.jobs.request import RunSpec
from core.transplant.job import SWEEP, TRANSPLANT
from core.transplant.spelt import candidates
from core.transplant.sweep.request import SweepRequest
from core.transplant.sweep.result import SweepResult, SweepRow

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.project.records import RunRecord

SAMPLE = ("omp k=4,8,16,32,64", "procrustes", "ridge", "fvt", "mean", "random")
SAMPLE_BYTES = 10_000
"""Of each text: enough to tell the methods apart, in a minute or so."""


class SweepTab(JobTab):
    job = SWEEP
    kinds = (SWEEP.kind,)
    empty = (
        "Which method is best for your pair of models, and is the difference real? Choose any of them, with "
        "as many parameters as you like: all are tried on your text in one run, and ranked."
    )
    sample = "Compare six methods on the samples"
    verbs: ClassVar = ()
    unwritten = "What was finished is kept: resumed, the sweep goes on there."
    device = True

    def build(self) -> None:
        self._so_far: dict[str, SweepRow] = {}
        self._told: dict[str, Any] = {}
        self._heard: int | None = None
        """The run that the last two are of."""
        self.board = BoardCard(self.session)
        self.plots = PlotsCard(self.session, self.page.fill_menu)
        self.page.add(self.board)
        self.page.add(self.plots)
        self.board.table.menu_asked.connect(self.page.fill_menu)
        self.board.chosen.connect(lambda row: self.plots.quality.select(row.line if row else ""))
        self.board.keep.connect(self.keep)
        self.board.open_it.connect(self.open_in_transplant)
        self.plots.chosen.connect(self.board.choose)
        self.page.told.connect(self._hear)

    def title_of(self, request: SweepRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: SweepResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    # What it shows

    def fill(self, result: SweepResult) -> None:
        self.board.show_rows(result.rows, result.left_out, result.measure, done=True)
        self.plots.show_rows(result.rows, result.measure, result.before.get(words.WHOLE))

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The board fills while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._heard != run.id:
            self._heard, self._so_far, self._told = run.id, {}, {}
        if "measure" in event.data:
            self._told = event.data
        if "row" not in event.data or "measure" not in self._told:
            return
        try:
            row = SweepRow.model_validate(event.data["row"])
        except ValidationError:  # of another version
            return
        self._so_far[row.line] = row
        measure = self._told["measure"]
        sign = 1 if measure == "bits per byte" else -1
        rows = sorted(self._so_far.values(), key=lambda row: sign * (row.figure(measure) or 0.0))
        self.board.show_rows(rows, [], measure, done=False)
        self.plots.show_rows(rows, measure, self._told.get("before", {}).get(words.WHOLE))
        self.page.show_early([self.board, self.plots])

    # The form

    def sample_values(self) -> dict[str, Any]:
        from core.sample import sample_spec

        shared = {name: value for name, value in sample_spec().request.items() if name in _SHARED}
        return {**shared, "method": list(SAMPLE), "max_bytes": SAMPLE_BYTES}

    def _propose(self) -> None:
        """The sample; where the starters are not there, the form stays empty."""
        with suppress(UserError):
            super()._propose()

    def put(self, found: Dropped) -> list[str]:
        """A model becomes the base, a second one or a tokenizer the target; texts are what is measured."""
        said = []
        targets = [*found.models[1:], *found.tokenizers]
        if found.models:
            self.page.setup.set_field("base", str(found.models[0]))
            said.append(f"{found.models[0].name} is the base model")
        if targets:
            self.page.setup.set_field("target_tokenizer", str(targets[0]))
            said.append(f"{targets[0].name} gives the target tokenizer")
        return said + super().put(found)

    # What a person does with a row

    @Slot(object)
    def keep(self, row: SweepRow | None) -> None:
        """Run the transplant that makes what a row measured, and show that run."""
        spec = self._transplant(row)
        if spec is not None:
            self.session.submit(spec, then=self.session.run_requested.emit)

    @Slot(object)
    def open_in_transplant(self, row: SweepRow | None) -> None:
        """Put it into the Transplant tab's form."""
        spec = self._transplant(row)
        if spec is not None:
            self.wanted.emit(TRANSPLANT.kind, spec)

    def _transplant(self, row: SweepRow | None) -> RunSpec | None:
        run = self.page.run
        if run is None or row is None:
            return None
        [candidate] = candidates(row.line, field="method")
        request = SweepRequest.model_validate(run.request).transplant(candidate)
        return RunSpec(
            kind=TRANSPLANT.kind,
            request=request.model_dump(mode="json"),
            seed=row.seed,
            device=run.spec.device,
            title=of_transplant.run_title(request),
        )


_SHARED = ("base", "target_tokenizer", "text")
