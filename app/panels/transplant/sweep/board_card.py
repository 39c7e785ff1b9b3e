"""The leader board: every candidate, what it costs, and which differences are real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton

from app.figures import fixed
from app.panels.transplant.sweep import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.sweep.result import LeftOut, Measure, SweepRow

ALIKE = "not told apart"
MEANING = (
    "Intervals are 95 %, from the same {parts} for all. Seconds are for making the rows; "
    "settings of one method that were made together share them."
)


def _places(number: int, *, signed: bool = False) -> Callable[[float], str]:
    return lambda value: fixed(value, number, signed=signed)


def _behind(given: tuple[float, float]) -> str:
    held = given[0] <= 0 <= given[1]
    return f"{ALIKE}  ({words.interval(given)})" if held else words.interval(given)


def _color(row: SweepRow) -> str:
    return "success" if row.rank == 1 or row.like_best else ""


def _kept(name: str) -> Callable[[SweepRow], float | None]:
    def value(row: SweepRow) -> float | None:
        found = [kept.after for kept in row.kept if kept.name == name]
        return fmean(found) if found else None

    return value


COLUMNS = (
    Column("", lambda row: row.rank, str, right=True, tip="The rank"),
    Column("method", lambda row: row.line, mono=True, color=_color),
    Column(
        "bits per byte", lambda row: row.bits_per_byte.get(words.WHOLE), _places(3), right=True, color=_color
    ),
    Column("nDCG@10", _kept("nDCG@10"), _places(4), right=True, color=_color),
    Column("Spearman", _kept("Spearman"), _places(4), right=True, color=_color),
    Column("similarity kept", _kept("similarity kept"), _places(4), right=True, color=_color),
    Column(
        "behind the best",
        lambda row: row.behind,
        _behind,
        right=True,
        tip="95 % interval of the difference; where it holds 0, the two cannot be told apart",
        color=lambda row: "success" if row.like_best else "",
    ),
    Column(
        "over the base",
        lambda row: row.interval,
        words.interval,
        right=True,
        tip="95 % interval of the difference from the base",
    ),
    Column(
        "± seeds", lambda row: row.spread, _places(4), right=True, tip="Standard deviation over the seeds"
    ),
    Column(
        "by copied",
        lambda row: row.added_copied,
        _places(3, signed=True),
        right=True,
        tip="Bits per byte that copied tokens cost more than the base needs for their bytes",
    ),
    Column(
        "by made",
        lambda row: row.added_approximated,
        _places(3, signed=True),
        right=True,
        tip="The same of tokens whose rows were made; together they are what the transplant costs",
    ),
    Column("residual", lambda row: row.mean_residual, _places(3), right=True, tip="Mean over the new rows"),
    Column(
        "cosine",
        lambda row: row.anchor_cosine,
        _places(3),
        right=True,
        tip="Between rows of hidden anchors as the method makes them and their true rows",
    ),
    Column("seconds", lambda row: row.seconds, _places(2), right=True, tip="To make the rows"),
)
METHOD = 1


class BoardCard(Card):
    """`chosen` tells the row that is looked at; the two buttons act on it, or else on the best."""

    chosen = Signal(object)
    keep = Signal(object)
    open_it = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__("Leader board")
        self.table = FiguresTable(session, "Leader board", COLUMNS, stretched=METHOD, lines=16)
        self.table.row_chosen.connect(self._on_row)
        self.keep_button = QPushButton()
        self.open_button = QPushButton()
        self.keep_button.clicked.connect(lambda: self.keep.emit(self._wanted))
        self.open_button.clicked.connect(lambda: self.open_it.emit(self._wanted))
        self.head.addWidget(self.keep_button)
        self.head.addWidget(self.open_button)
        self.meaning = Words(role="small")
        self.failed = Words(role="muted", selectable=True)
        for widget in (self.table, self.meaning, self.failed):
            self.column.addWidget(widget)
        self._best: SweepRow | None = None
        self._row: SweepRow | None = None

    @property
    def _wanted(self) -> SweepRow | None:
        return self._row or self._best

    def show_rows(
        self, rows: Sequence[SweepRow], left_out: Sequence[LeftOut], measure: Measure, *, done: bool
    ) -> None:
        """Those that were made, in their order; under them what could not be. `done`: these are all."""
        made = [row for row in rows if not row.error]
        self._row, self._best = None, made[0] if made and done else None
        for place, column in enumerate(COLUMNS):
            there = any(column.value(row) is not None for row in made)
            self.table.setColumnHidden(place, not there)
        self.table.show_rows(made)  # once it is known which columns there are, so that they get their width
        parts = "queries" if measure == "nDCG@10" else "blocks of your text"
        self.meaning.setText(MEANING.format(parts=parts))
        self.meaning.setVisible(any(row.interval is not None for row in made))
        missing = [f"{row.line}: {row.error}" for row in rows if row.error]
        missing += [f"{left.line}: {left.reason}" for left in left_out]
        self.failed.say("\n".join(["Could not run:", *missing]) if missing else "")
        self._name_buttons()

    def choose(self, line: str) -> None:
        """Look at the row of a candidate."""
        for place, row in enumerate(self.table.figures.rows):
            if row.line == line:
                self.table.selectRow(place)
                self.table.scrollTo(self.table.figures.index(place, METHOD))
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_row(self, row: Any) -> None:
        self._row = row
        self._name_buttons()
        self.chosen.emit(row)

    def _name_buttons(self) -> None:
        wanted = self._wanted if self._best is not None else None
        for button in (self.keep_button, self.open_button):
            button.setVisible(wanted is not None)
        if wanted is not None:
            name = "the best" if wanted is self._best else wanted.line
            self.keep_button.setText(f"Keep {name}")
            self.open_button.setText("Open in Transplant")
            self.open_button.setAccessibleName(f"Open {name} in Transplant")
