"""Compress: what an index may be squeezed to, and what that costs."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.panels.job_tab import JobTab
from app.panels.retrieval.compress import words
from app.panels.retrieval.compress.codes_card import CodesCard
from app.panels.retrieval.compress.families_card import FamiliesCard
from app.panels.retrieval.compress.frontier_card import FrontierCard
from app.panels.retrieval.skipped_card import SkippedCard
from app.widgets.encoder_editor import EncoderEditor
from app.widgets.known_paths import starter_collections, starter_encoders
from core.errors import UserError
from core.jobs.request import RunSpec
from core.retrieval.compress.job import COMPRESS
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CodecFigures, CompressResult
from core.retrieval.evaluate.job import EVALUATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.widgets.dropped import Dropped
    from app.widgets.run_page import RunPage
    from core.project.records import RunRecord


class CompressCards:
    """Plot and table, each of which shows what is chosen in the other, and what stands under them."""

    def __init__(self, page: RunPage) -> None:
        self.frontier = FrontierCard(page.session, page.fill_menu)
        self.codes = CodesCard(page.session)
        self.skipped = SkippedCard(page.session)
        self.families = FamiliesCard(page.session)
        for card in (self.frontier, self.codes, self.skipped, self.families):
            page.add(card)
        self.codes.table.menu_asked.connect(page.fill_menu)
        self.codes.chosen.connect(lambda row: self.frontier.plot.select(row.line if row else ""))
        self.frontier.chosen.connect(self.codes.choose)

    def show_so_far(self, rows: Sequence[CodecFigures], primary: str) -> None:
        self.frontier.show_rows(rows, primary, None)
        self.codes.show_rows(rows, primary, None)

    def show_result(self, result: CompressResult) -> None:
        self.frontier.show_rows(result.codecs, result.primary, result.documents)
        self.codes.show_rows(result.codecs, result.primary, result)
        self.skipped.show_skipped(result.skipped)


class CompressTab(JobTab):
    job = COMPRESS
    kinds = (COMPRESS.kind,)
    empty = (
        "How small can the index of your documents be before a search with it is worse? All codes are tried "
        "on your collection: numbers of fewer bits, codebooks, bits, fewer dimensions. Each is compared with "
        "exact search in float32 on your own queries."
    )
    sample = "Compress the sample's index"
    verbs: ClassVar = ()
    unwritten = "What was tried is kept: resumed, the trial goes on there."
    device = True

    def build(self) -> None:
        self._so_far: dict[str, CodecFigures] = {}
        self._heard: int | None = None
        """The run that the rows so far are of."""
        self.page.told.connect(self._hear)

    @cached_property
    def cards(self) -> CompressCards:
        """Made with the first rows, for the first visit to be quick."""
        made = CompressCards(self.page)
        made.codes.use.connect(self.use)
        return made

    def title_of(self, request: CompressRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: CompressResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    # What it shows

    def fill(self, result: CompressResult) -> None:
        self.cards.show_result(result)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """Plot and table fill while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None or "row" not in event.data:
            return
        if self._heard != run.id:
            self._heard, self._so_far = run.id, {}
        try:
            row = CodecFigures.model_validate(event.data["row"])
        except ValidationError:  # of another version
            return
        self._so_far[row.line] = row
        self.cards.show_so_far(list(self._so_far.values()), event.data["primary"])
        self.page.show_early([self.cards.frontier, self.cards.codes])

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The starter that embeds, on the help's pages."""
        collections, encoders = starter_collections(), starter_encoders()
        if not collections or not encoders:
            raise UserError("The sample's collection or its model cannot be found; install Lexigraft again.")
        return {"collection": str(collections[0]), "encoder": {"kind": "dense", "model": str(encoders[0])}}

    def _propose(self) -> None:
        """The sample; where the starters are not there, the form stays empty."""
        with suppress(UserError):
            super()._propose()

    def put(self, found: Dropped) -> list[str]:
        """A collection and a model, or ready vectors, take their places."""
        said = []
        if found.collections:
            self.page.setup.set_field("collection", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        editor = self.page.setup.form.box("encoder").editor
        models = [*found.models, *found.vectors]
        if models and isinstance(editor, EncoderEditor):
            editor.take(models[0])
            said.append(f"{models[0].name} is the encoder")
        return said

    # What becomes of a code

    @Slot(object)
    def use(self, row: CodecFigures | None) -> None:
        """Put the encoder with this code, beside the encoder as it is, into Evaluate's form."""
        run = self.page.run
        if run is None or row is None:
            return
        asked = CompressRequest.model_validate(run.request)
        plain = asked.encoder.model_dump(mode="json")
        systems = [plain] if row.line == "float32" else [{**plain, "compress": row.line}, plain]
        spec = RunSpec(
            kind=EVALUATE.kind,
            request={"collection": str(asked.collection), "systems": systems, "split": asked.split},
            seed=run.spec.seed,
            device=run.spec.device,
        )
        self.wanted.emit("evaluate", spec)
