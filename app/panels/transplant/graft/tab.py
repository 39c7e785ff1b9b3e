"""Transplant: a model moved onto another tokenizer, and what that costs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu

from app.panels.job_tab import JobTab
from app.panels.transplant import words
from app.panels.transplant.graft.agreement_card import AgreementCard
from app.panels.transplant.graft.anchors_card import AnchorsCard
from app.panels.transplant.graft.classes_card import ClassesCard
from app.panels.transplant.graft.digits_sheet import DigitsSheet
from app.panels.transplant.graft.kept_card import KeptCard
from app.panels.transplant.graft.norms_card import NormsCard
from app.panels.transplant.graft.perplexity_card import PerplexityCard
from app.panels.transplant.graft.residuals_card import ResidualsCard
from app.panels.transplant.graft.slices_card import SlicesCard
from app.panels.transplant.graft.so_far import SoFar
from app.panels.transplant.graft.sources import parts_of
from app.panels.transplant.graft.tokens_card import TokensCard
from app.panels.transplant.inspect.sought import Sought, place_of_run
from app.widgets.pictures import offer_picture
from app.widgets.side_by_side import SideBySide
from app.widgets.stacked_bar import StackedBar
from core.errors import UserError
from core.transplant.job import TRANSPLANT

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.project.records import Change, RunRecord
    from core.transplant.inspect.request import Place
    from core.transplant.request import TransplantRequest
    from core.transplant.result import TransplantResult

TABLES = 1_000
"""Pixels from which two tables stand side by side."""
COMPARED = 12
"""Runs offered to be compared with, the newest first."""


class GraftTab(JobTab):
    job = TRANSPLANT
    kinds = (TRANSPLANT.kind,)
    empty = (
        "Nothing has been run here yet. Choose a model, the tokenizer to give it and some text of yours; "
        "Run shows what the change costs, in bits per byte."
    )
    sample = "Run the sample graft"
    verbs: ClassVar = (
        ("inspect", "Inspect"),
        ("heal", "Heal"),
        ("folder", "Open folder"),
        ("compare", "Compare…"),
    )
    unwritten = "No model was written."
    device = True

    def build(self) -> None:
        session, page = self.session, self.page
        self._so_far: SoFar | None = None
        self._others: list[RunRecord] = []
        self.compare_menu = QMenu(self)
        self.compare_menu.aboutToShow.connect(self._fill_compare)
        page.answer.buttons["compare"].setMenu(self.compare_menu)
        self.bar = StackedBar("Where the rows come from")
        self.bar.part_chosen.connect(self._on_part)
        page.answer.put(self.bar)
        self.slices = SlicesCard(session)
        self.residuals = ResidualsCard(session, page.fill_menu)
        self.kept = KeptCard(session, page)
        self.tokens = TokensCard(session)
        self.classes = ClassesCard(session)
        self.anchors = AnchorsCard(session)
        self.agreement = AgreementCard(session)
        self.perplexity = PerplexityCard(session)
        self.norms = NormsCard(session)
        self.pairs = (
            SideBySide([self.slices], [self.residuals, self.norms], (3, 2)),
            SideBySide([self.classes], [self.anchors], wide=TABLES),
            SideBySide([self.agreement], [self.perplexity], wide=TABLES),
        )
        self._cards = (
            self.kept,
            self.slices,
            self.residuals,
            self.tokens,
            self.classes,
            self.agreement,
            self.perplexity,
            self.anchors,
            self.norms,
        )
        measured, made, foretold = self.pairs
        self.slices.view.chosen.connect(lambda key: measured.allow(key == "plot"))
        for shown in (self.kept, measured, self.tokens, made, foretold):
            page.add(shown)
        for plot in (self.bar, self.slices.dots):
            offer_picture(plot, session, page.fill_menu)
        for card in (self.slices, self.tokens, self.classes, self.agreement, self.perplexity, self.anchors):
            card.table.menu_asked.connect(page.fill_menu)
        self.norms.table.menu_asked.connect(page.fill_menu)
        self.tokens.inspect_asked.connect(lambda token: self.inspect("method", token))
        page.told.connect(self._hear)
        session.changed.connect(self._on_change)

    def title_of(self, request: TransplantRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: TransplantResult) -> tuple[str, str]:
        return words.heading(result), words.facts(result, run.id)

    # What it shows

    def fill(self, result: TransplantResult) -> None:
        self._show_sources(result.sources)
        self._say_digits(result)
        for card in self._cards:
            card.show_result(result)
        for pair in self.pairs:
            pair.fit()
        self._ask_others()

    def _say_digits(self, result: TransplantResult) -> None:
        """The warning that matters most leads to what can be done about it."""
        digits = result.digits
        if digits is None or not digits.warning:
            return
        others = [warning for warning in result.warnings if warning != digits.warning]
        act = ("What now", lambda: DigitsSheet(self.window(), digits).open())
        self.page.warnings.say([digits.warning, *others], {digits.warning: act})

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """What is known while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._so_far is None or self._so_far.run_id != run.id:
            self._so_far = SoFar(run.id)
        self._so_far.hear(event.data)
        known = self._so_far.result(run.request)
        if known is None:
            return
        early: list[Any] = []
        if known.vocab_size:
            self.page.answer.say("", words.counts(known))
            self._show_sources(known.sources)
            early.append(self.page.answer)
        for card in (self.slices, self.residuals, self.norms):
            card.show_result(known)
        if known.bits_per_byte.before or known.residuals.counts:
            early.append(self.pairs[0])
            self.pairs[0].fit()
        self.page.show_early(early)

    def _show_sources(self, sources: dict[str, int]) -> None:
        self.bar.show_parts(parts_of(sources))
        self.bar.setVisible(bool(self.bar.parts))

    @Slot(str)
    def _on_part(self, source: str) -> None:
        """The tokens of one part of the bar, in Inspect."""
        self.inspect(source)

    def inspect(self, source: str = "", token: int | None = None) -> None:
        """Look into the model that was made: at rows from `source`, or at one token."""
        run = self.page.run

        def then(place: Place | None) -> None:
            if place is not None:
                self.wanted.emit("inspect", Sought(place, source, token))

        if run is not None and self.page.result is not None:
            self.session.ask(place_of_run, run, then=then, owner=self, key="inspect")

    # The form

    def sample_values(self) -> dict[str, Any]:
        from core.sample import sample_spec

        return sample_spec().request

    def _propose(self) -> None:
        """The sample graft; where the starters are not there, the form stays empty."""
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
        if found.collections:
            self.page.setup.set_field("collection", str(found.collections[0]))
            said.append(f"{found.collections[0].name} is the collection")
        return said + super().put(found)

    # What a person does with a run

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        return {
            **super().acts(folder),
            "inspect": self.inspect,
            "heal": lambda: self.wanted.emit("heal", [folder, Path(self.page.result.base)]),
        }

    def command(self, verb: str) -> None:
        """``folder``, ``compare``, or a table to export: ``slices``, ``tokens``."""
        acts: dict[str, Callable[[], object]] = {
            "compare": self.page.answer.buttons["compare"].showMenu,
            "slices": self.slices.table.export,
            "tokens": self.tokens.table.export,
        }
        acts.get(verb, partial(self.act, verb))()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" in change.kinds and self.page.result is not None:
            self._ask_others()

    def _ask_others(self) -> None:
        if self.session.project is not None:
            self.session.ask(self.session.project.runs, then=self._got_others, owner=self, key="others")

    def _got_others(self, runs: list[RunRecord]) -> None:
        self._others = [run for run in runs if run.kind == TRANSPLANT.kind and run.status == "done"]

    @Slot()
    def _fill_compare(self) -> None:
        menu, run = self.compare_menu, self.page.run
        menu.clear()
        if run is None:
            return
        others = [other for other in self._others if other.id != run.id][:COMPARED]
        for other in others:
            label = f"run {other.id} · {other.title}".replace("&", "&&")
            menu.addAction(label, partial(self.session.compare_requested.emit, [run.id, other.id]))
        if not others:
            menu.addAction("There is no other finished transplant yet").setEnabled(False)

    # How it was left

    def state(self) -> dict[str, Any]:
        return {**super().state(), "slices": self.slices.view.key}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.slices.view.choose(str(state.get("slices", "")))
