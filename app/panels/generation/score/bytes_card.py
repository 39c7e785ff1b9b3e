"""All models over the same bytes: how far apart their laws of the next byte are, at each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot

from app.figures import count, fixed
from app.panels.generation.score.words import quoted
from app.widgets.byte_curve import ByteBits, ByteCurve
from app.widgets.card import Card
from app.widgets.elided_combo import ElidedCombo
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.heat_legend import HeatLegend
from app.widgets.pictures import offer_picture
from app.widgets.scrolled import ScrolledColumn
from app.widgets.token_heat import Heat
from app.widgets.token_text import TokenText
from app.widgets.visible_text import visible
from app.widgets.words import Words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from app.session import Session
    from app.widgets.model_signs import ModelSign
    from core.generation.score.result import Exact, Parting, ScoreResult

HIGHEST = 220
"""Pixels of the text; beyond, it scrolls."""
ROWS = 200
AROUND = 24
"""Bytes that are quoted before a place."""
END = 256


@dataclass(frozen=True)
class Byte:
    """One byte of the text, as `TokenText` shows tokens. `bits` and `top` have one entry a model."""

    text: str
    start: int
    apart: float | None
    away: float | None
    before: str
    bits: tuple[float, ...]
    top: tuple[int, ...]
    logprob: float | None = None
    rank: int | None = None
    entropy: float | None = None
    alternatives: tuple[Any, ...] = ()

    @property
    def end(self) -> int:
        return self.start + 1


APART = Heat(
    "divergence",
    "Divergence",
    lambda byte: getattr(byte, "apart", None),
    lambda value: f"{fixed(value, 2)} bits apart",
    1.0,
    "the same law",
    "1 bit, nothing in common",
)
PLACE = (
    Column("byte", lambda byte: byte.start, count, right=True),
    Column("after", lambda byte: f"…{quoted(byte.before)}"),
    Column("came", lambda byte: byte.text, mono=True),
)


class BytesCard(Card):
    pointed = Signal(int, int)
    """The bytes [begin, end) under the pointer; −1, −1 for none."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Byte by byte")
        self.words = Words(role="body")
        self.legend = HeatLegend()
        self.legend.show_heat(APART)
        self.head.addWidget(self.legend)
        self.other = ElidedCombo("Compared with the first")
        self.text = TokenText("The text, tinted by how far the models' laws of the next byte are apart")
        self.text.set_heat(APART)
        self.text.pointed.connect(self.pointed)
        self.view = ScrolledColumn()
        self.view.setAccessibleName("The text, byte by byte")
        self.view.column.setContentsMargins(0, 0, 0, 0)
        self.view.column.addWidget(self.text)
        self.view.column.addStretch(1)
        self.plot = ByteCurve("Divergence along the text", "bits apart")
        self.plot.pointed.connect(self.text.light)
        offer_picture(self.plot, session, more)
        self.table = FiguresTable(session, "Bytes at which the models are furthest apart", PLACE, stretched=1)
        self.table.row_chosen.connect(self._choose)
        for widget in (self.words, self.other, self.view, self.plot, self.table):
            self.column.addWidget(widget)
        self._data = b""
        self._exact: Exact | None = None
        self._signs: Sequence[ModelSign] = ()
        self.other.activated.connect(self._show_other)
        self.text.pointed.connect(self.plot.light)

    def show_result(self, result: ScoreResult, signs: Sequence[ModelSign]) -> None:
        """Hides itself where nothing was scored byte by byte."""
        exact = self._exact = result.exact
        self._signs = signs
        self.setVisible(exact is not None)
        if exact is None:
            return
        self._data = _whole(result.text.encode()[: exact.kept])
        self.words.say(_said(exact, signs))
        for widget in (self.view, self.plot, self.table, self.legend):
            widget.setVisible(bool(exact.partings))
        self.other.setVisible(len(exact.partings) > 1)
        self.plot.show_bits(
            [
                ByteBits(
                    f"{signs[0].name} and {signs[one.model].name}",
                    signs[one.model].number,
                    tuple(one.divergence),
                )
                for one in exact.partings
            ]
        )
        if exact.partings:
            self.other.clear()
            self.other.addItems([signs[one.model].name for one in exact.partings])
            self._show_other(0)

    @Slot(int, int)
    def light(self, start: int, end: int) -> None:
        self.text.light(start, end)
        self.plot.light(start, end)

    @Slot(int)
    def _show_other(self, place: int) -> None:
        if self._exact is None or not self._exact.partings:
            return
        one = self._exact.partings[place]
        found = _bytes(self._data, self._exact, one)
        self.text.show_tokens(found, self._data.decode())
        self.text.part_at(-1 if one.first_disagreement is None else one.first_disagreement)
        self.view.setFixedHeight(min(HIGHEST, self.text.sizeHint().height() + 4))
        self.table.figures.set_columns(_columns(self._signs[0], self._signs[one.model]))
        ranked = sorted(found, key=lambda byte: -(byte.apart or 0.0))
        self.table.show_rows(ranked[:ROWS])

    def _choose(self, byte: Byte | None) -> None:
        if byte is None:
            return
        self.light(byte.start, byte.end)
        starts = [token.start for token in self.text.tokens]
        place = self.text.place_of(bisect_right(starts, byte.start) - 1).center().toPoint()
        self.view.ensureVisible(0, place.y() + self.text.y(), 0, 60)
        self.pointed.emit(byte.start, byte.end)


def _bytes(data: bytes, exact: Exact, one: Parting) -> list[Byte]:
    return [
        Byte(
            text=_byte_words(byte),
            start=place,
            apart=one.divergence[place],
            away=one.kullback_leibler[place],
            before=data[max(0, place - AROUND) : place].decode(errors="replace"),
            bits=(exact.bits[0][place], exact.bits[one.model][place]),
            top=(exact.top[0][place], exact.top[one.model][place]),
        )
        for place, byte in enumerate(data)
    ]


def _columns(first: ModelSign, other: ModelSign) -> list[Column]:
    return [
        *PLACE,
        Column(
            first.name, lambda byte: _byte_words(byte.top[0]), mono=True, tip="The byte it held for likeliest"
        ),
        Column(
            other.name, lambda byte: _byte_words(byte.top[1]), mono=True, tip="The byte it held for likeliest"
        ),
        Column(
            "divergence",
            lambda byte: byte.apart,
            lambda value: fixed(value, 3),
            right=True,
            tip="Jensen–Shannon, in bits: 0 is the same law, 1 nothing in common",
        ),
        Column(
            "D(first ‖ other)",
            lambda byte: byte.away,
            lambda value: fixed(value, 2),
            right=True,
            tip="Kullback–Leibler, in bits; none where it is infinite",
        ),
    ]


def _said(exact: Exact, signs: Sequence[ModelSign]) -> str:
    said = []
    for sign, rate, own in zip(signs, exact.bits_per_byte, exact.canonical, strict=True):
        said.append(
            f"{sign.name}: {fixed(rate, 3)} bits per byte, "
            f"{fixed(own - rate, 3, signed=True)} by its own tokens alone."
        )
    for one in exact.partings:
        name = signs[one.model].name
        place = (
            "they would always have put the same byte on top"
            if one.first_disagreement is None
            else f"they first put another byte on top at byte {count(one.first_disagreement)}"
        )
        said.append(
            f"{signs[0].name} and {name} are {fixed(one.mean_divergence, 3)} bits apart on average; {place}."
        )
    if exact.kept < exact.bytes:
        said.append(f"The first {count(exact.kept)} of {count(exact.bytes)} bytes are shown.")
    return " ".join(said)


def _byte_words(byte: int) -> str:
    if byte == END:
        return "end"
    shown = visible(chr(byte)) if byte < 0x80 else f"\\x{byte:02X}"
    return "␣" if byte == 0x20 else shown


def _whole(data: bytes) -> bytes:
    """Without a character that is cut at its end."""
    return data.decode(errors="ignore").encode()
