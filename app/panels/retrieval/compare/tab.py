"""Compare: earlier evaluations and rankings of other programs, measured side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Slot

from app.panels.job_tab import JobTab
from app.panels.retrieval import words
from app.panels.retrieval.export import ask_what
from app.panels.retrieval.result_cards import ResultCards
from app.panels.retrieval.sought import Sought
from core.retrieval.compare.job import COMPARE
from core.retrieval.evaluate.job import EVALUATE
from core.retrieval.record.inspect import FILE

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.dropped import Dropped
    from core.project.project import Project
    from core.project.records import RunRecord
    from core.retrieval.compare.request import CompareRequest
    from core.retrieval.evaluate.result import EvaluationResult

NONE_YET = "There is no evaluation in this project yet: run one first, then compare it with others."
NO_TEXTS = "Choose the collection and compare again: without it there are no texts to look into."
MOST = 2
"""Evaluations that the sample compares."""


class CompareTab(JobTab):
    job = COMPARE
    kinds = (COMPARE.kind,)
    empty = (
        "Put evaluations of this project and rankings that other programs wrote (TREC run files) side by "
        "side: the same queries and measures for all, with intervals and tests of every difference."
    )
    sample = "Compare the newest evaluations"
    verbs: ClassVar = (("why", "See why"), ("export", "Export…"))
    unwritten = "Nothing was compared."
    large = True

    def __init__(self, session: Session) -> None:
        self._newest: list[RunRecord] = []
        super().__init__(session)

    def build(self) -> None:
        """Nothing yet: the cards are made with the first result, for the first visit to be quick."""

    @cached_property
    def cards(self) -> ResultCards:
        made = ResultCards(self.page)
        made.asked.connect(self._ask_why)
        return made

    def title_of(self, request: CompareRequest) -> str:
        parts = [_named(path) for path in request.results] + [path.stem for path in request.runs]
        more = f" and {len(parts) - words.SHOWN} more" if len(parts) > words.SHOWN else ""
        return f"{', '.join(parts[: words.SHOWN])}{more} compared"

    def sentences(self, run: RunRecord, result: EvaluationResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def fill(self, result: EvaluationResult) -> None:
        self.cards.show_result(result)

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The newest evaluations of one collection, with its texts; nothing where there are none."""
        if not self._newest:
            return {}
        collection = self._newest[0].request.get("collection")
        same = [run for run in self._newest if run.request.get("collection") == collection][:MOST]
        folders = [str(run.result["out"]) for run in same if run.result is not None]
        there = isinstance(collection, str) and Path(collection).is_dir()
        return {"results": folders, "collection": collection if there else None}

    def _propose(self) -> None:
        """The newest ones, as soon as the project has told which they are."""
        super()._propose()
        self._ask_newest(self._propose_newest)

    def _propose_newest(self) -> None:
        if self._newest and not self.page.touched:
            self.page.setup.show_spec(self.sample_values(), 0, "auto")

    @Slot()
    def run_sample(self) -> None:
        self._ask_newest(self._run_newest)

    def _run_newest(self) -> None:
        if not self._newest:
            self.session.message.emit(NONE_YET, "warning")
            self.wanted.emit("evaluate", None)
            return
        super().run_sample()

    def _ask_newest(self, then: Callable[[], None]) -> None:
        def got(runs: list[RunRecord]) -> None:
            self._newest = runs
            then()

        if self.session.project is not None:
            self.session.ask(_newest, self.session.project, then=got, owner=self, key="newest")

    def put(self, found: Dropped) -> list[str]:
        form, said = self.page.setup.form, []
        for key, paths in (("results", found.evaluations), ("runs", found.runs)):
            if paths:
                before = form.box(key).editor.value()
                self.page.setup.set_field(key, [*before, *map(str, paths)])
                said.append(f"{', '.join(path.name for path in paths)} joined")
        for key, paths, what in (
            ("qrels", found.judgements, "has the judgements"),
            ("collection", found.collections, "is the collection"),
        ):
            if paths:
                self.page.setup.set_field(key, str(paths[0]))
                said.append(f"{paths[0].name} {what}")
        return said

    # What becomes of a result

    @Slot(str)
    def _ask_why(self, query: str = "") -> None:
        run, result = self.page.run, self.page.result
        if run is None or result is None:
            return
        if result.out is None:
            self.session.message.emit(NO_TEXTS, "info")
            return
        first, second = self.cards.differences.pair
        self.wanted.emit("why", Sought(run.id, first, second, query, self.cards.measure))

    @Slot(str)
    def act(self, verb: str) -> None:
        """Nothing need be on the disk for these."""
        if verb == "why":
            self._ask_why()
        elif verb == "export" and self.page.result is not None:
            ask_what(self.page.answer.buttons["export"], self.cards, self.page.result, self.session)


def _named(folder: Path) -> str:
    """``run 3`` for what a run of a project wrote."""
    return f"run {folder.parent.name}" if folder.parent.name.isdigit() else folder.name


def _newest(project: Project) -> list[RunRecord]:
    """The finished evaluations whose record is there still, newest first; ten at most are looked at."""
    found = []
    done = [run for run in project.runs() if run.kind == EVALUATE.kind and run.status == "done"]
    for listed in done[:10]:
        run = project.run(listed.id)
        if run.result is not None and (Path(str(run.result.get("out", ""))) / FILE).is_file():
            found.append(run)
    return found
