"""Extend: a domain's tokens on top of a general tokenizer, every old id kept."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from app.figures import count, fixed
from app.panels.tokenizers.before_after_card import BeforeAfterCard
from app.panels.tokenizers.extend import words
from app.panels.tokenizers.job_tab import MADE, TokenizerTab
from app.panels.tokenizers.names import percent, sample_texts, sample_tokenizer
from app.widgets.card import Card
from app.widgets.dropped import SNIFFED, Dropped
from app.widgets.figures_table import Column
from app.widgets.paired_dots import Pair
from app.widgets.searched_table import SearchedTable
from app.widgets.visible_text import shown_token
from app.widgets.words import Words
from core.tokenizers.job import EXTEND

if TYPE_CHECKING:
    from core.project.records import RunRecord
    from core.tokenizers.extend.request import ExtendTokenizerRequest
    from core.tokenizers.extend.result import ExtendTokenizerResult, NewToken, TextFigures


def _never(row: NewToken) -> str:
    return "" if row.reachable else "warning"


def _saved(row: TextFigures) -> str:
    return "success" if row.saved > 0.0005 else "warning" if row.saved < -0.0005 else ""


def _fertility(value: float) -> str:
    return fixed(value, 2)


ORDER = {"held out": 0, "other": 1, "learnt": 2}
KINDS = {"held out": "held out", "other": "other text", "learnt": "learnt from"}
HELD_OUT = "Held-out text was not learnt from: it tells what the new tokens are worth on text to come."
TEXTS = (
    Column("text", lambda row: row.text),
    Column("kind", lambda row: KINDS.get(row.kind, row.kind)),
    Column("bytes", lambda row: row.bytes, count, right=True),
    Column("tokens before", lambda row: row.tokens_before, count, right=True),
    Column("tokens after", lambda row: row.tokens_after, count, right=True),
    Column("% saved", lambda row: 100 * row.saved, lambda value: fixed(value, 1), right=True, color=_saved),
    Column("fertility before", lambda row: row.fertility_before, _fertility, right=True, tip="Tokens a word"),
    Column("fertility after", lambda row: row.fertility_after, _fertility, right=True, tip="Tokens a word"),
)
TOKENS = (
    Column("token", lambda row: row.token, shown_token, mono=True),
    Column(
        "role",
        lambda row: "on the way" if row.step else "term",
        tip="A term, or no term itself: merges go through it on the way to one",
    ),
    Column("id", lambda row: row.id, str, right=True),
    Column("count", lambda row: row.count, count, right=True, tip="How often it occurs in the domain text"),
    Column("tokens before", lambda row: row.before, count, right=True, tip="That it took until now"),
    Column("saved", lambda row: row.saved, count, right=True, tip="Tokens that it saves in the domain text"),
    Column(
        "reachable",
        lambda row: "yes" if row.reachable else "never",
        right=True,
        color=_never,
        tip="Whether any text gives this token",
    ),
)
ROLE = 1
SAMPLE = 300
"""Tokens that the sample adds."""


class ExtendTab(TokenizerTab):
    job = EXTEND
    kinds = (EXTEND.kind,)
    empty = (
        "Give a tokenizer the words of a field: from a glossary, or learnt from text of that field. "
        "Every id it had stays what it was, so a model needs only new rows. You see what each new token "
        "saves before you use it."
    )
    sample = "Teach the sample tokenizer Python"
    verbs: ClassVar = MADE
    unwritten = "No tokenizer was written."

    def build(self) -> None:
        self.texts = BeforeAfterCard(
            self.session, self.page, "tokens a word", "lower is shorter", TEXTS, HELD_OUT
        )
        self.terms = Card("Terms")
        self.terms_words = Words(selectable=True)
        self.terms.column.addWidget(self.terms_words)
        self.added = Card("New tokens")
        self.tokens = SearchedTable(self.session, "New tokens", TOKENS, stretched=0, what="tokens")
        self.added.column.addWidget(self.tokens)
        self.tokens.table.menu_asked.connect(self.page.fill_menu)
        for card in (self.texts, self.terms, self.added):
            self.page.add(card)

    def fill(self, result: ExtendTokenizerResult) -> None:
        rows = sorted(result.texts, key=lambda row: ORDER.get(row.kind, 3))
        self.texts.show_texts([_pair(row) for row in rows], rows)
        self.terms.setVisible(result.terms is not None)
        if result.terms is not None:
            self.terms_words.setText(words.terms(result.terms))
        self.tokens.table.setColumnHidden(ROLE, not any(row.step for row in result.added))
        self.tokens.show_rows(result.added)
        self.added.setVisible(bool(result.added))

    def title_of(self, request: ExtendTokenizerRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: ExtendTokenizerResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def sample_values(self) -> dict[str, Any]:
        return {
            "tokenizer": sample_tokenizer(),
            "text": sample_texts("python"),
            "add": SAMPLE,
            "general": sample_texts("prose"),
        }

    def put(self, found: Dropped) -> list[str]:
        """Glossaries go to the terms, any other text is the domain's."""
        glossaries = [path for path in found.texts if _is_glossary(path)]
        others = [path for path in found.texts if path not in glossaries]
        said = super().put(Dropped(found.models, found.tokenizers, others))
        if glossaries:
            box = self.page.setup.form.box("terms")
            self.page.setup.set_field("terms", [*box.editor.value(), *map(str, glossaries)])
            said.append("a glossary was added" if len(glossaries) == 1 else "glossaries were added")
        return said

    def beside(self, made: Path) -> list[Path]:
        run = self.page.run
        return [Path(run.request["tokenizer"]), made] if run is not None else [made]


def _is_glossary(path: Path) -> bool:
    """A table of tabs, or lines of JSON that have a field *term*; packed or not."""
    packed = path.suffix.lower() == ".gz"
    ending = (path.with_suffix("") if packed else path).suffix.lower()
    if ending != ".jsonl":
        return ending == ".tsv"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            return b'"term"' in file.read(SNIFFED)
    except (OSError, EOFError, zlib.error):
        return False  # the preview says what is wrong with it


def _pair(row: TextFigures) -> Pair:
    tokens = f"{count(row.tokens_before)} tokens before, {count(row.tokens_after)} after"
    return Pair(
        f"{KINDS.get(row.kind, row.kind)}: {row.text}",
        row.fertility_before,
        row.fertility_after,
        f"{tokens}: {percent(row.saved)} saved",
        row.kind == "held out",
    )
