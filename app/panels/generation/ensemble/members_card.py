"""Bits per byte: of each model alone, and of all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.interval_dots import Interval, IntervalDots
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.model_signs import ModelSign
    from core.generation.ensemble.result import EnsembleResult, Estimate, Measured

PLACES = 3
TOGETHER = "together"


@dataclass(frozen=True)
class Row:
    """A text; `members` are bits per byte."""

    text: str
    bytes: int
    members: tuple[float, ...]
    together: float
    gain: Estimate


def gained(gain: Estimate) -> str:
    """``0.062 bits per byte less than the best model alone (95 %: +0.041 … +0.083).``"""
    ends = spread(gain)
    more = f" (95 %: {ends})" if ends else ""
    way = "less" if gain.value >= 0 else "more"
    return f"{fixed(abs(gain.value), PLACES)} bits per byte {way} than the best model alone{more}."


def spread(estimate: Estimate) -> str:
    """``+0.041 … +0.083``."""
    if estimate.low is None or estimate.high is None:
        return ""
    return " … ".join(fixed(end, PLACES, signed=True) for end in (estimate.low, estimate.high))


def columns(signs: Sequence[ModelSign]) -> list[Column]:
    def plain(value: float) -> str:
        return fixed(value, PLACES)

    def member(place: int) -> Column:
        return Column(signs[place].name, lambda row: row.members[place], plain, right=True)

    return [
        Column("text", lambda row: row.text),
        Column("bytes", lambda row: row.bytes, count, right=True),
        *map(member, range(len(signs))),
        Column(TOGETHER, lambda row: row.together, plain, right=True),
        Column(
            "gain",
            lambda row: row.gain.value,
            lambda value: fixed(value, PLACES, signed=True),
            right=True,
            tip="Bits per byte, less than the model that is best on all texts",
        ),
        Column(
            "95 %", lambda row: spread(row.gain), right=True, tip="A bootstrap over windows of text, paired"
        ),
    ]


class MembersCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Bits per byte")
        self.dots = IntervalDots("Bits per byte of each model, and of all together", PLACES)
        self.note = Words(role="muted")
        self.table = FiguresTable(session, "Bits per byte by text", columns([]), stretched=0, least=96)
        for widget in (self.dots, self.note, self.table):
            self.column.addWidget(widget)

    def show_result(self, result: EnsembleResult, signs: Sequence[ModelSign], together: int) -> None:
        """`together` is the colour of all of them."""
        whole = result.measured[0]
        rows = [
            _interval(sign.name, sign.number, one) for sign, one in zip(signs, whole.members, strict=True)
        ]
        self.dots.show_rows([*rows, _interval(TOGETHER, together, whole.together)])
        rules = ", ".join(f"{one.title} {fixed(one.bits_per_byte.value, PLACES)}" for one in result.rules)
        self.note.say(f"{gained(whole.gain)} With even weights on the same text: {rules}.")
        self.table.figures.set_columns(columns(signs))
        self.table.show_rows([_row(one) for one in result.measured])


def _interval(name: str, number: int, estimate: Estimate) -> Interval:
    return Interval(name, number, estimate.value, estimate.low, estimate.high)


def _row(one: Measured) -> Row:
    return Row(
        one.name,
        one.bytes,
        tuple(member.value for member in one.members),
        one.together.value,
        one.gain,
    )
