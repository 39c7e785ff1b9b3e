"""Bits per byte against the text learnt from: the healing, the start, the base, and the mean beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.heal.result import HealPoint

TOKENS, RATE = Axis("tokens learnt from"), Axis("bits per byte")
HEALED, MEAN, BASE, START = 0, 1, 2, 3
"""Number of each line, which is its colour and its dash."""
PLACES = 3


@dataclass(frozen=True)
class Curves:
    """Points in rising order of tokens; `goal` is the base's bits per byte."""

    healed: Sequence[HealPoint]
    beside: Sequence[HealPoint] = ()
    goal: float | None = None


@dataclass(frozen=True)
class Row:
    tokens: int
    bytes: int
    healed: float | None
    beside: float | None
    goal: float | None

    @property
    def left(self) -> float | None:
        return None if self.healed is None or self.goal is None else self.healed - self.goal


def _plain(value: float) -> str:
    return fixed(value, PLACES)


def _signed(value: float) -> str:
    return fixed(value, PLACES, signed=True)


COLUMNS = (
    Column("tokens", lambda row: row.tokens, count, right=True, tip="Learnt from so far"),
    Column("bytes", lambda row: row.bytes, count, right=True, tip="Of text, about"),
    Column("bits per byte", lambda row: row.healed, _plain, right=True),
    Column("above the base", lambda row: row.left, _signed, right=True),
    Column(
        "from the mean",
        lambda row: row.beside,
        _plain,
        right=True,
        tip="The same healing, begun with new rows that were the mean of the copied ones",
    ),
)
LEFT, BESIDE = 3, 4


def rows_of(curves: Curves) -> list[Row]:
    """One for each number of tokens that either healing was measured at."""
    healed = {point.tokens: point for point in curves.healed}
    beside = {point.tokens: point for point in curves.beside}
    return [
        Row(
            tokens=tokens,
            bytes=(healed.get(tokens) or beside[tokens]).bytes,
            healed=healed[tokens].bits_per_byte if tokens in healed else None,
            beside=beside[tokens].bits_per_byte if tokens in beside else None,
            goal=curves.goal,
        )
        for tokens in sorted({*healed, *beside})
    ]


def lines_of(curves: Curves) -> list[Series]:
    """The curves, and level lines for the base and for the start."""
    last = max((point.tokens for point in (*curves.healed, *curves.beside)), default=0)
    lines = [_line("healed", HEALED, curves.healed)]
    if curves.beside:
        lines.append(_line("from the mean", MEAN, curves.beside))
    if curves.healed:
        start = curves.healed[0].bits_per_byte
        lines.append(Series("untrained", START, [0.0, float(last)], [start, start]))
    if curves.goal is not None:
        lines.append(Series("base", BASE, [0.0, float(last)], [curves.goal, curves.goal]))
    return lines


def _line(name: str, number: int, points: Sequence[HealPoint]) -> Series:
    return Series(name, number, [float(p.tokens) for p in points], [p.bits_per_byte for p in points])


class CurveCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("On held-out text, as it learns")
        self.view = Segmented("Curve", (("plot", "Plot"), ("table", "Table")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.view)
        self.plot = LinePlot("Bits per byte against the tokens learnt from")
        self.table = FiguresTable(
            session, "Bits per byte while healing", COLUMNS, stretched=0, sortable=False
        )
        self.words = Words(role="small")
        offer_picture(self.plot, session, more)
        self.table.menu_asked.connect(more)
        for widget in (self.plot, self.table, self.words):
            self.column.addWidget(widget)
        self._switch(self.view.key)

    def show_curves(self, curves: Curves, words: str = "") -> None:
        """`words` stand under the plot."""
        self.setVisible(bool(curves.healed))
        self.plot.show_series(lines_of(curves), TOKENS, RATE)
        self.table.show_rows(rows_of(curves))
        self.table.setColumnHidden(LEFT, curves.goal is None)
        self.table.setColumnHidden(BESIDE, not curves.beside)
        self.words.say(words)
        self.words.setVisible(bool(words))

    def _switch(self, key: str) -> None:
        self.plot.setVisible(key == "plot")
        self.table.setVisible(key == "table")
