"""Collections: a table, a folder of texts or TREC's files made into documents, queries and judgements."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import ValidationError
from PySide6.QtCore import QTimer, Slot

from app.panels.job_tab import JobTab
from app.panels.retrieval.collections import words
from app.panels.retrieval.collections.columns_card import ColumnsCard
from app.panels.retrieval.collections.examples_card import ExamplesCard
from app.panels.retrieval.skipped_card import SkippedCard
from app.widgets.dropped import SNIFFED, tell_apart
from app.widgets.known_paths import starter_texts
from core.errors import UserError
from core.retrieval.collections.job import COLLECTION
from core.retrieval.collections.request import NO_COLUMN, CollectionRequest
from core.tokenizers.live.request import AskPreview

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import RunRecord
    from core.retrieval.collections.inspect import Head
    from core.retrieval.collections.result import CollectionResult

HEAD = "core.retrieval.collections.head:head_of"
REST = 250
"""Milliseconds of quiet before what was typed is looked at."""
SAMPLE = {"passage": 80, "make": ["keyword", "part_of_passage"], "count": 40}
"""Of the request that the sample runs, on the sample texts."""
KEPT = ("queries", "judgements", "typed", "make", "count", "passage", "overlap", "tokenizer")
"""Of a request, when other documents are dropped."""
ONE_COLUMN = ("id", "title", "query", "positive", "negative", "grade")


class Cards(NamedTuple):
    skipped: SkippedCard
    examples: ExamplesCard


class CollectionsTab(JobTab):
    job = COLLECTION
    kinds = (COLLECTION.kind,)
    empty = (
        "To measure retrieval takes documents, queries, and which document answers which query. Drop a table "
        "(CSV, JSON Lines, Parquet) or a folder of texts here; where there are no queries, they can be made "
        "of the documents, so that the answers are known."
    )
    sample = "Make one of the sample texts"
    verbs: ClassVar = (("evaluate", "Evaluate on it"), ("folder", "Open folder"))
    unwritten = "No collection was written."

    def __init__(self, session: Session) -> None:
        self._head_of: CollectionRequest | None = None
        super().__init__(session)

    def build(self) -> None:
        self.columns = ColumnsCard(self.session)
        self.columns.chosen.connect(self._choose_columns)
        column = self.page.view.column
        column.insertWidget(column.indexOf(self.page.empty), self.columns)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self.look)
        self.page.setup.form.changed.connect(self._timer.start)

    @cached_property
    def cards(self) -> Cards:
        """Made with the first result, for the first visit to be quick."""
        made = Cards(SkippedCard(self.session), ExamplesCard(self.session))
        for card in made:
            self.page.add(card)
            card.table.menu_asked.connect(self.page.fill_menu)
        return made

    def title_of(self, request: CollectionRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: CollectionResult) -> tuple[str, str]:
        return result.summary(), words.facts(result, run.id)

    def fill(self, result: CollectionResult) -> None:
        self.cards.skipped.show_skipped(result.skipped)
        self.cards.examples.show_result(result)
        self.page.answer.buttons["evaluate"].setEnabled(result.measurable)
        self.page.answer.buttons["evaluate"].setToolTip("" if result.measurable else words.UNJUDGED)

    # The head of the source

    @Slot()
    def look(self) -> None:
        """Ask for the head of what is chosen, unless it is the one shown."""
        form = self.page.setup.form.values()
        values = {key: value for key, value in form.items() if key not in ("seed", "device")}
        try:
            request = CollectionRequest.model_validate(values)
        except ValidationError:
            request = None
        if request is not None:
            request = _about_head(request)
        if request == self._head_of:
            return
        self._head_of = request
        if request is None:
            self._looked(None)
            return
        aside = self.session.previews
        answer: dict[str, Any] = {
            "then": self._looked,
            "failed": self._not_looked,
            "owner": self,
            "key": "head",
        }
        if aside is not None:
            aside.ask(AskPreview(HEAD, request), **answer)
        else:
            self.session.ask(_head, request, **answer)

    def _looked(self, head: Head | None) -> None:
        self.columns.show_head(head)

    def _not_looked(self, error: Exception) -> None:
        """What is wrong with the source or its columns is said beside their fields; the columns that were
        shown stay, so that another can be chosen."""
        if not isinstance(error, UserError):
            self.session.report(error)
        elif error.field == "source":
            self._looked(None)

    @Slot(dict)
    def _choose_columns(self, roles: dict[str, list[str]]) -> None:
        """What a person chose in the table, as if they had written it into the form."""
        values = self.page.setup.form.values()
        values["text_columns"] = roles.get("text", [])
        for role in ONE_COLUMN:
            values[f"{role}_column"] = roles.get(role, [NO_COLUMN])[0]
        self.page.touch()
        self.page.setup.show_spec(
            {key: value for key, value in values.items() if key not in ("seed", "device")},
            values["seed"],
            values.get("device", "auto"),
        )
        self.look()

    # The form

    def sample_values(self) -> dict[str, Any]:
        """The sample texts, cut into passages, and queries made of them."""
        texts = starter_texts()
        if not texts:
            raise UserError("The sample texts cannot be found; install Lexigraft again.")
        return {"source": str(texts[0].parent), **SAMPLE}

    def drop(self, paths: list[Path]) -> bool:
        """A table, a folder or a collection is the source; TREC's judgements are the judgements; a file of
        text beside a source holds the queries."""
        said = self._put_paths(paths)
        if not said:
            return False
        self.page.touch()
        self.page.fold(False)
        together = "; ".join(said)
        self.session.message.emit(f"{together[:1].upper()}{together[1:]}.", "success")
        self.look()
        return True

    def _put_paths(self, paths: list[Path]) -> list[str]:
        said = []
        for path in paths:
            found = tell_apart([path])
            if found.models or found.tokenizers or found.vectors or found.runs:
                continue
            if found.judgements:
                self.page.setup.set_field("judgements", str(path))
                said.append(f"{path.name} holds the judgements")
            elif path.is_dir() or found.tables or (found.texts and _holds_documents(path)):
                said.append(self._put_source(path))
            elif found.texts:
                self.page.setup.set_field("queries", str(path))
                said.append(f"{path.name} holds the queries")
        return said

    def _put_source(self, path: Path) -> str:
        """Other documents have other columns; what was asked for besides stays, if a person did."""
        values = self.page.setup.form.values()
        request = {key: values[key] for key in KEPT if key in values} if self.page.touched else {}
        self.page.setup.show_spec(
            {**request, "source": str(path)}, values["seed"], values.get("device", "auto")
        )
        return f"{path.name} holds the documents"

    # What it is left at, and what others put in

    def take(self, what: Any) -> None:
        super().take(what)
        self.look()

    def show_run(self, run: RunRecord) -> None:
        super().show_run(run)
        self.look()

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.look()

    # What becomes of a result

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        return {**super().acts(folder), "evaluate": lambda: self.wanted.emit("evaluate", [folder])}


def _about_head(request: CollectionRequest) -> CollectionRequest:
    """What of a request the head of its source depends on."""
    about = {
        "source", "text_columns", "header", "separator", *(f"{role}_column" for role in ONE_COLUMN),
    }  # fmt: skip
    return CollectionRequest.model_validate(request.model_dump(include=about))


def _holds_documents(path: Path) -> bool:
    """Whether a text that is no table holds documents all the same: a list in JSON, or TREC's."""
    if path.suffix.lower() == ".json":
        return True
    with path.open("rb") as file:
        return b"<DOC>" in file.read(SNIFFED).upper()


def _head(request: CollectionRequest) -> Any:
    """Where jobs run in this process, so does this."""
    from importlib import import_module

    module, _, name = HEAD.partition(":")
    return getattr(import_module(module), name)(request)
