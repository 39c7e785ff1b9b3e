"""Bits per byte by slice, before and after: as paired dots, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.panels.transplant import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.paired_dots import Pair, PairedDots, PairLegend
from app.widgets.segmented import Segmented
from app.widgets.signed_bars import Signed, SignedBars
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TransplantResult

UNIT = "bits per byte"
PLACES = 2


@dataclass(frozen=True)
class Slice:
    """One file's figures; None for what was not measured. `on_copied` and `on_approximated` add up to the
    difference."""

    name: str
    bytes: int | None
    before: float | None
    after: float | None
    tokens_before: int | None
    tokens_after: int | None
    on_copied: float | None
    on_approximated: float | None
    interval: tuple[float, float] | None = None
    """95 %, of the difference."""

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


def slices_of(result: TransplantResult) -> list[Slice]:
    """In the order of the files; the whole text first, where there is more than one."""
    before, after = result.bits_per_byte.before, result.bits_per_byte.after
    names = list(dict.fromkeys([*before, *after]))
    files = [name for name in names if name != words.WHOLE]
    if words.WHOLE in names and len(files) != 1:
        files.insert(0, words.WHOLE)
    return [_slice(result, name) for name in files]


def _slice(result: TransplantResult, name: str) -> Slice:
    copied, approximated = words.shares(result, name) or (None, None)
    return Slice(
        name=name,
        bytes=result.bytes.get(name),
        before=result.bits_per_byte.before.get(name),
        after=result.bits_per_byte.after.get(name),
        tokens_before=result.tokens.before.get(name),
        tokens_after=result.tokens.after.get(name),
        on_copied=copied,
        on_approximated=approximated,
        interval=result.intervals.get(name),
    )


def _range(interval: tuple[float, float]) -> str:
    return f"{_signed(interval[0])} to {_signed(interval[1])}"


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
    Column("slice", lambda row: words.slice_name(row.name)),
    Column("bytes", lambda row: row.bytes, count, right=True, tip="How much of it was measured"),
    Column(
        "before",
        lambda row: row.before,
        _plain,
        right=True,
        tip="With the base's own tokenizer",
    ),
    Column("after", lambda row: row.after, _plain, right=True, tip="With the target tokenizer"),
    Column(
        "difference", lambda row: row.difference, _signed, right=True, color=_worse, tip="After less before"
    ),
    Column(
        "95 % interval",
        lambda row: row.interval,
        _range,
        right=True,
        tip="Of the difference, by resampling passages of the text",
    ),
    Column(
        "on copied",
        lambda row: row.on_copied,
        _signed,
        right=True,
        tip="How much of the difference falls on copied tokens: what cutting the text differently costs",
    ),
    Column(
        "on approximated",
        lambda row: row.on_approximated,
        _signed,
        right=True,
        tip="How much of the difference falls on approximated tokens: what the new rows cost",
    ),
    Column("tokens before", lambda row: row.tokens_before, count, right=True),
    Column("tokens after", lambda row: row.tokens_after, count, right=True),
)

INTERVAL = 5


class SlicesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Bits per byte")
        self.legend = PairLegend("lower is better")
        self.view = Segmented("Bits per byte", (("plot", "Plot"), ("table", "Table")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.legend)
        self.head.addWidget(self.view)
        self.dots = PairedDots("Bits per byte by slice", UNIT, PLACES)
        self.table = FiguresTable(session, "Bits per byte by slice", COLUMNS, stretched=0)
        self.divided = Words(role="small")
        self.split = SignedBars("What the difference is made of")
        self.column.addWidget(self.dots)
        self.column.addWidget(self.table)
        self.column.addWidget(self.split)
        self.column.addWidget(self.divided)
        self.column.addStretch(1)
        self._switch(self.view.key)

    def show_result(self, result: TransplantResult) -> None:
        slices = slices_of(result)
        self.dots.show_pairs(
            [
                Pair(words.slice_name(row.name), row.before, row.after, _more(row), row.name == words.WHOLE)
                for row in slices
            ]
        )
        self.table.show_rows(slices)
        self.table.setColumnHidden(INTERVAL, not result.intervals)
        self._show_split(words.shares(result, words.WHOLE))
        self.divided.say(words.divided(result))
        self.setVisible(bool(slices))

    def _show_split(self, shares: tuple[float, float] | None) -> None:
        """Two bars, so that nobody blames the new rows for what cutting the text differently costs."""
        self.split.setVisible(shares is not None)
        if shares is not None:
            copied, made = shares
            self.split.show_bars([Signed("on copied tokens", copied), Signed("on approximated", made)])

    def _switch(self, key: str) -> None:
        self.dots.setVisible(key == "plot")
        self.legend.setVisible(key == "plot")
        self.table.setVisible(key == "table")


def _more(row: Slice) -> str:
    """What hovering a row says besides its figures."""
    lines = []
    if row.interval is not None:
        chance = ": may be chance" if row.interval[0] <= 0 <= row.interval[1] else ""
        lines.append(f"{_range(row.interval)} with 95 % certainty{chance}")
    if row.on_copied is not None and row.on_approximated is not None:
        lines.append(
            f"{_signed(row.on_copied)} on copied tokens, {_signed(row.on_approximated)} on approximated ones"
        )
    if row.tokens_before is not None and row.tokens_after is not None:
        lines.append(f"{count(row.tokens_before)} tokens before, {count(row.tokens_after)} after")
    if row.bytes is not None:
        lines.append(f"{count(row.bytes)} bytes measured")
    return "\n".join(lines)
