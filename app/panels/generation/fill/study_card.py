"""What follows cuts, foretold in three ways, by where the cut is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.interval_dots import Interval, IntervalDots
from app.widgets.segmented import Segmented
from app.widgets.words import Words
from core.generation.fill.result import METHODS, TITLES

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.ensemble.result import Estimate
    from core.generation.fill.result import Method, OfKind, OfMethod, Study

BITS, FIRST, GREEDY = "bits", "first", "greedy"


def spread(estimate: Estimate, places: int = 3) -> str:
    """``+0.478 … +0.976``."""
    if estimate.low is None or estimate.high is None:
        return ""
    return " … ".join(fixed(end, places, signed=True) for end in (estimate.low, estimate.high))


def measured(figures: OfMethod, what: str) -> Estimate:
    return {BITS: figures.bits_per_byte, FIRST: figures.first_byte, GREEDY: figures.greedy}[what]


def columns(what: str) -> list[Column]:
    def of(method: Method) -> Column:
        def value(row: OfKind) -> float:
            return measured(row.methods[method], what).value

        def text(value: float) -> str:
            return fixed(value, 3) if what == BITS else f"{fixed(100 * value, 1)} %"

        return Column(TITLES[method], value, text, right=True)

    more = [
        Column(
            "healing − exact",
            lambda row: row.healing_more.value,
            lambda value: fixed(value, 3, signed=True),
            right=True,
            tip="Bits per byte more than by the exact law",
        ),
        Column("95 %", lambda row: spread(row.healing_more), right=True, tip="A bootstrap over cuts, paired"),
        Column(
            "plain − exact",
            lambda row: row.plain_more.value,
            lambda value: fixed(value, 3, signed=True),
            right=True,
            tip="Bits per byte more than by the exact law",
        ),
        Column("95 %", lambda row: spread(row.plain_more), right=True, tip="A bootstrap over cuts, paired"),
    ]
    return [
        Column("where the cut is", lambda row: row.kind),
        Column("cuts", lambda row: row.cuts, count, right=True),
        *map(of, METHODS),
        *(more if what == BITS else []),
    ]


class StudyCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("What follows a cut")
        self.which = Segmented(
            "What is measured",
            ((BITS, "Bits per byte"), (FIRST, "First byte right"), (GREEDY, "Greedy text right")),
        )
        self.head.addWidget(self.which)
        self.dots = IntervalDots("What follows cuts, by method and by where the cut is", 2)
        self.table = FiguresTable(session, "What follows cuts", columns(BITS), stretched=0)
        self.note = Words(role="muted", selectable=True)
        for widget in (self.dots, self.table, self.note):
            self.column.addWidget(widget)
        self._study: Study | None = None
        self.which.chosen.connect(lambda key: self._draw())

    def show_study(self, study: Study) -> None:
        self._study = study
        self._draw()

    def _draw(self) -> None:
        study, what = self._study, self.which.key
        if study is None:
            return
        rows = []
        for kind in study.kinds:
            for number, method in enumerate(METHODS):
                estimate = measured(kind.methods[method], what)
                name = f"{kind.kind} · {TITLES[method].lower()}"
                words = "1 cut" if kind.cuts == 1 else f"{count(kind.cuts)} cuts"
                if kind.methods[method].impossible:
                    words += f", {count(kind.methods[method].impossible)} of them held to be impossible"
                rows.append(Interval(name, number, estimate.value, estimate.low, estimate.high, words))
        self.dots.show_rows(rows)
        self.table.figures.set_columns(columns(what))
        self.table.show_rows(study.kinds)
        said = {
            BITS: f"Of the {study.ahead} bytes behind each cut; the fewer, the better.",
            FIRST: "Share of cuts where the likeliest next byte is the text's own.",
            GREEDY: f"Share of cuts where the {study.greedy_bytes} likeliest bytes, one after the other, are "
            "the text's own.",
        }
        self.note.say(f"{said[what]} In the paper: {study.published}")
