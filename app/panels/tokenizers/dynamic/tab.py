"""Dynamic: how much shorter texts get when each batch merges its own commonest pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.figures import count, fixed
from app.panels.tokenizers.dynamic import words
from app.panels.tokenizers.job_tab import TokenizerTab
from app.panels.tokenizers.names import percent, sample_texts, sample_tokenizer
from app.widgets.bar_list import Bar, BarList
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.searched_table import SearchedTable
from app.widgets.segmented import Segmented
from app.widgets.visible_text import shown_token
from app.widgets.words import Words
from core.tokenizers.job import DYNAMIC

if TYPE_CHECKING:
    from core.project.records import RunRecord
    from core.tokenizers.dynamic.request import DynamicRequest
    from core.tokenizers.dynamic.result import DynamicResult, DynamicRow

TEXTS = (
    Column("text", lambda row: _name(row)),
    Column("tokens before", lambda row: row.tokens_before, count, right=True),
    Column("tokens after", lambda row: row.tokens_after, count, right=True),
    Column("% saved", lambda row: 100 * row.saved, lambda value: fixed(value, 1), right=True),
    Column(
        "% possible",
        lambda row: 100 * words.possible(row),
        lambda value: fixed(value, 1),
        right=True,
        tip="When everything that may be merged is",
    ),
    Column("merges", lambda row: row.merges, count, right=True, tip="Over all batches"),
    Column(
        "new tokens",
        lambda row: row.distinct,
        count,
        right=True,
        tip="Different merged tokens in use at the end: rows that would need an embedding",
    ),
    Column("batches", lambda row: row.batches, count, right=True),
    Column("bytes", lambda row: row.bytes, count, right=True),
)
MERGES = (
    Column("left", lambda row: row.left, shown_token, mono=True),
    Column("right", lambda row: row.right, shown_token, mono=True),
    Column("merged", lambda row: row.left + row.right, shown_token, mono=True),
    Column("count", lambda row: row.count, count, right=True, tip="Occurrences when it was merged"),
    Column("batches", lambda row: row.batches, count, right=True, tip="In which it was merged"),
)
LIMIT = "Saved, of what merging everything that may be merged would save (the line behind a bar)."
SOURCE = (
    "Embeddings for merged tokens come with the transplant engine; here only lengths are measured "
    "(arXiv 2411.18553)."
)


class DynamicTab(TokenizerTab):
    job = DYNAMIC
    kinds = (DYNAMIC.kind,)
    empty = (
        "Measure how much shorter your texts get when each batch merges its own commonest pairs of tokens, "
        "up to words, sentences or the tokenizer's own pieces; and which pairs those are."
    )
    sample = "Measure the sample texts"

    def build(self) -> None:
        self.saved = Card("Tokens saved")
        self.view = Segmented("Tokens saved", (("plot", "Plot"), ("table", "Table")))
        self.view.chosen.connect(self._switch)
        self.saved.head.addWidget(self.view)
        self.bars = BarList("Tokens saved by text")
        self.texts = FiguresTable(self.session, "Tokens saved by text", TEXTS, stretched=0)
        self.saved.column.addWidget(self.bars)
        self.saved.column.addWidget(self.texts)
        self.saved.column.addWidget(Words(LIMIT, "small"))
        self.curve_card = Card("Merges and what they save")
        self.curve = LinePlot("Merges and what they save")
        self.curve_card.column.addWidget(self.curve)
        self.curve_card.column.addWidget(Words(SOURCE, "small"))
        self.merged = Card("Merges")
        self.merges = SearchedTable(self.session, "Merges", MERGES, stretched=2, what="merges")
        self.merged.column.addWidget(self.merges)
        for plot in (self.bars, self.curve):
            offer_picture(plot, self.session, self.page.fill_menu)
        for table in (self.texts, self.merges.table):
            table.menu_asked.connect(self.page.fill_menu)
        for card in (self.saved, self.curve_card, self.merged):
            self.page.add(card)
        self._switch(self.view.key)

    def fill(self, result: DynamicResult) -> None:
        rows = _rows(result)
        self.saved.setVisible(bool(rows))
        self.bars.show_bars([_bar(row) for row in rows])
        self.texts.show_rows(rows)
        self.curve_card.setVisible(len(result.curve) > 1)
        self.curve.show_series([_curve(result)], Axis("merges in each batch"), Axis("% saved"))
        self.merged.setVisible(bool(result.merges))
        self.merges.show_rows(result.merges)

    def _switch(self, key: str) -> None:
        self.bars.setVisible(key == "plot")
        self.texts.setVisible(key == "table")

    def title_of(self, request: DynamicRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: DynamicResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def sample_values(self) -> dict[str, Any]:
        return {"tokenizer": sample_tokenizer(), "text": sample_texts()}


def _rows(result: DynamicResult) -> list[DynamicRow]:
    """The whole first, where there is more than one text."""
    whole = [row for row in result.rows if row.text == words.WHOLE]
    texts = [row for row in result.rows if row.text != words.WHOLE]
    return [*whole, *texts] if len(texts) != 1 else texts


def _name(row: DynamicRow) -> str:
    return "all texts" if row.text == words.WHOLE else row.text


def _bar(row: DynamicRow) -> Bar:
    possible = words.possible(row)
    further = possible - row.saved > 0.0005
    return Bar(
        _name(row),
        row.saved,
        f"{percent(row.saved)} of {percent(possible)}" if further else percent(row.saved),
        limit=possible if further else None,
        words=f"{count(row.tokens_before)} tokens before, {count(row.tokens_after)} after\n"
        f"{percent(possible)} when everything that may be merged is",
        strong=row.text == words.WHOLE,
    )


def _curve(result: DynamicResult) -> Series:
    points = sorted(result.curve, key=lambda point: point.merges)
    return Series(
        "all texts", 0, [float(point.merges) for point in points], [100 * point.saved for point in points]
    )
