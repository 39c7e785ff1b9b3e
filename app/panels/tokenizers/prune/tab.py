"""Prune: take out the tokens that a corpus does not need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from app.figures import count, fixed
from app.panels.tokenizers.before_after_card import BeforeAfterCard
from app.panels.tokenizers.job_tab import MADE, TokenizerTab
from app.panels.tokenizers.names import more_or_fewer, sample_texts, sample_tokenizer
from app.panels.tokenizers.prune import words
from app.panels.tokenizers.tokens_card import TokensCard
from app.widgets.card import Card
from app.widgets.figures_table import Column
from app.widgets.paired_dots import Pair
from app.widgets.pictures import offer_picture
from app.widgets.stacked_bar import Part, StackedBar
from core.tokenizers.job import PRUNE

if TYPE_CHECKING:
    from core.project.records import RunRecord
    from core.tokenizers.prune.request import PruneTokenizerRequest
    from core.tokenizers.prune.result import PrunedText, PruneTokenizerResult


def _more(row: PrunedText) -> float | None:
    """How many more tokens it takes, in per cent."""
    return 100 * (row.tokens_after / row.tokens_before - 1) if row.tokens_before else None


def _color(row: PrunedText) -> str:
    return "warning" if (_more(row) or 0.0) > 0.05 else ""


TEXTS = (
    Column("text", lambda row: row.text),
    Column("bytes", lambda row: row.bytes, count, right=True),
    Column("tokens before", lambda row: row.tokens_before, count, right=True),
    Column("tokens after", lambda row: row.tokens_after, count, right=True),
    Column("% more", _more, lambda value: fixed(value, 1, signed=True), right=True, color=_color),
)

SHOWN = 300
"""Tokens that were taken out, shown at most."""


class PruneTab(TokenizerTab):
    job = PRUNE
    kinds = (PRUNE.kind,)
    empty = (
        "Make a vocabulary smaller by what your texts never use. The tokens that stay get new ids; a map "
        "beside the tokenizer tells which was which, so that a model's rows can follow."
    )
    sample = "Prune the sample tokenizer"
    verbs: ClassVar = MADE
    unwritten = "No tokenizer was written."

    def build(self) -> None:
        self.sizes = Card("What became of the tokens")
        self.bar = StackedBar("What became of the tokens")
        offer_picture(self.bar, self.session, self.page.fill_menu)
        self.sizes.column.addWidget(self.bar)
        self.texts = BeforeAfterCard(self.session, self.page, "bytes per token", "higher is shorter", TEXTS)
        self.removed = TokensCard("Taken out", "")
        for card in (self.sizes, self.texts, self.removed):
            self.page.add(card)

    def fill(self, result: PruneTokenizerResult) -> None:
        gone = result.old_size - result.new_size
        self.bar.show_parts(
            [
                Part(
                    "used", "kept", result.new_size - result.kept_for_merges, "copied", "Used often enough."
                ),
                Part(
                    "merges",
                    "kept for others",
                    result.kept_for_merges,
                    "byte",
                    "Too rare, but tokens that stay are made of them.",
                ),
                Part("gone", "taken out", gone, "fallback", "Too rare, and nothing needs them."),
            ]
        )
        measured = [row for row in result.texts if row.tokens_before and row.tokens_after]
        self.texts.show_texts([_pair(row) for row in measured], result.texts)
        shown = result.removed[:SHOWN]
        words = f"The first {count(len(shown))} of {count(gone)}, by their old ids."
        self.removed.show_tokens(shown, words if len(shown) < gone else "")

    def title_of(self, request: PruneTokenizerRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: PruneTokenizerResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def sample_values(self) -> dict[str, Any]:
        return {"tokenizer": sample_tokenizer(), "text": sample_texts()}

    def beside(self, made: Path) -> list[Path]:
        run = self.page.run
        return [Path(run.request["tokenizer"]), made] if run is not None else [made]


def _pair(row: PrunedText) -> Pair:
    tokens = f"{count(row.tokens_before)} tokens before, {count(row.tokens_after)} after"
    return Pair(
        row.text,
        row.bytes / row.tokens_before,
        row.bytes / row.tokens_after,
        f"{tokens}: {more_or_fewer(row.tokens_after, row.tokens_before)}",
    )
