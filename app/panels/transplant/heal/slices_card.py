"""Bits per byte of each held-out text, before and after, with the base's beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.panels.transplant.words import WHOLE, slice_name
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.paired_dots import Pair, PairedDots, PairLegend

if TYPE_CHECKING:
    from app.session import Session
    from core.heal.result import HealResult

UNIT = "bits per byte"
PLACES = 3
BASE = 5


@dataclass(frozen=True)
class Slice:
    name: str
    bytes: int | None
    before: float | None
    after: float | None
    base: float | None

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


def slices_of(result: HealResult) -> list[Slice]:
    """In the order of the files; the whole text first, where there is more than one."""
    files = [name for name in result.after if name != WHOLE]
    names = files if len(files) == 1 else [WHOLE, *files]
    return [
        Slice(
            name,
            result.bytes.get(name),
            result.before.get(name),
            result.after.get(name),
            result.goal.get(name),
        )
        for name in names
    ]


def _plain(value: float) -> str:
    return fixed(value, PLACES)


def _signed(value: float) -> str:
    return fixed(value, PLACES, signed=True)


def _worse(row: Slice) -> str:
    difference = row.difference
    if difference is None or abs(difference) < 0.5 * 10**-PLACES:
        return ""
    return "warning" if difference > 0 else "success"


COLUMNS = (
    Column("text", lambda row: slice_name(row.name)),
    Column("bytes", lambda row: row.bytes, count, right=True, tip="How much of it was measured"),
    Column("before", lambda row: row.before, _plain, right=True, tip="The transplant as it was"),
    Column("after", lambda row: row.after, _plain, right=True, tip="The healed model as it was written"),
    Column("difference", lambda row: row.difference, _signed, right=True, color=_worse),
    Column("base", lambda row: row.base, _plain, right=True, tip="The model it was made from"),
)


class SlicesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Before and after")
        self.legend = PairLegend("lower is better")
        self.head.addWidget(self.legend)
        self.dots = PairedDots("Bits per byte before and after healing", UNIT, PLACES)
        self.table = FiguresTable(session, "Before and after healing", COLUMNS, stretched=0)
        self.column.addWidget(self.dots)
        self.column.addWidget(self.table)

    def show_result(self, result: HealResult) -> None:
        slices = slices_of(result)
        self.dots.setVisible(len(slices) > 1)
        self.legend.setVisible(len(slices) > 1)
        self.dots.show_pairs(
            [
                Pair(slice_name(row.name), row.before, row.after, _base(row), row.name == WHOLE)
                for row in slices
            ]
        )
        self.table.show_rows(slices)
        self.table.setColumnHidden(BASE, not result.goal)


def _base(row: Slice) -> str:
    return "" if row.base is None else f"the base: {fixed(row.base, PLACES)}"
