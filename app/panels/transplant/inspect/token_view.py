"""One token in full: where its row comes from, what it is built from, what lies near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from app import theme
from app.figures import count, fixed
from app.panels.transplant.inspect import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.notice import Notice
from app.widgets.pictures import offer_picture
from app.widgets.scrolled import ScrolledColumn
from app.widgets.segmented import Segmented
from app.widgets.signed_bars import Signed, SignedBars
from app.widgets.visible_text import shown_token
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.inspect.result import BuiltFrom, LookedUp, Neighbour

BARS = 8
"""Base tokens that are drawn as bars at first."""
HINT = "Choose a token to see where its row comes from."


@dataclass(frozen=True)
class Near:
    """One line: the n-th nearest in each table."""

    place: int
    new: Neighbour | None
    donor: Neighbour | None
    base: Neighbour | None


def _said(neighbour: Neighbour) -> str:
    return f"{fixed(neighbour.cosine, 2)}  {shown_token(neighbour.text)}"


COLUMNS = (
    Column("", lambda row: row.place, count, right=True),
    Column("in the new table", lambda row: row.new, _said, mono=True, tip="Nearest to its row, by cosine"),
    Column(
        "in the donor",
        lambda row: row.donor,
        _said,
        mono=True,
        tip="Nearest to the donor's row of this token, among the donor's",
    ),
    Column(
        "in the base", lambda row: row.base, _said, mono=True, tip="Nearest to its row, among the base's rows"
    ),
)
NEW, DONOR, BASE = 1, 2, 3


class TokenView(ScrolledColumn):
    matrix_chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setAccessibleName("Token")
        self._atoms: Sequence[BuiltFrom] = ()
        self.hint = Notice("transplant", HINT)
        self.head = theme.styled(QFrame(), card="plain")
        self.token = Words(role="heading", selectable=True)
        self.origin = Words(selectable=True)
        self.facts = Words(role="muted", selectable=True)
        self.facts.setFont(theme.figures_font())
        self.length = Words(role="small", selectable=True)
        self.matrix = Segmented("Matrix", (("input", "Input embedding"), ("head", "Output head")))
        self.matrix.chosen.connect(self.matrix_chosen)
        inside = QVBoxLayout(self.head)
        inside.setContentsMargins(16, 14, 16, 14)
        inside.setSpacing(6)
        for widget in (self.token, self.origin, self.facts, self.length, self.matrix):
            inside.addWidget(widget)
        self.built = Card("Built from")
        self.bars = SignedBars("Built from these tokens of the base", places=3)
        self.rest = Words(role="small")
        self.all = theme.styled(QPushButton("Show all"), kind="link")
        self.all.clicked.connect(self._show_all)
        self.built.head.addWidget(self.all)
        self.built.column.addWidget(self.bars)
        self.built.column.addWidget(self.rest)
        self.near = Card("Nearest tokens")
        self.table = FiguresTable(
            session, "Nearest tokens", COLUMNS, stretched=NEW, lines=10, sortable=False, least=110
        )
        self.shared = Words(role="small")
        self.near.column.addWidget(self.table)
        self.near.column.addWidget(self.shared)
        self.notes = Words(role="small")
        offer_picture(self.bars, session, lambda menu: None)
        self.column.setContentsMargins(0, 0, 4, 0)
        self.column.setSpacing(12)
        self.column.addWidget(self.hint, 1)
        for card in (self.head, self.built, self.near, self.notes):
            self.column.addWidget(card)
        self.column.addStretch(0)
        self.show_nothing()

    def show_nothing(self) -> None:
        self.hint.show()
        for card in (self.head, self.built, self.near, self.notes):
            card.hide()

    def show_token(self, found: LookedUp, method: str, matrices: tuple[str, ...]) -> None:
        self.hint.hide()
        self.head.show()
        self.token.setText(shown_token(found.token.text) if found.token.text else "no token")
        self.origin.setText(words.origin(found, method))
        self.facts.say(words.facts(found))
        self.length.say(words.length(found))
        self.matrix.setVisible(len(matrices) > 1)
        self._show_atoms(found)
        self._show_near(found)
        self.notes.say("\n".join(found.notes))
        self.head.setAccessibleName(f"{self.token.text()}: {self.origin.text()}")

    def _show_atoms(self, found: LookedUp) -> None:
        self._atoms = found.atoms
        self.built.setVisible(bool(found.atoms))
        self.all.setVisible(len(found.atoms) > BARS)
        self._draw(found.atoms[:BARS])
        more = len(found.atoms) - BARS
        total = fixed(sum(atom.weight for atom in found.atoms), 2)
        some = f"{count(more)} more have smaller weights. " if more > 0 else ""
        self.rest.say(f"{some}The weights add up to {total}.")

    def _draw(self, atoms: Sequence[BuiltFrom]) -> None:
        self.bars.show_bars(
            [
                Signed(
                    f"#{count(atom.id)}" if atom.text is None else shown_token(atom.text),
                    atom.weight,
                    f"token {count(atom.id)} of the base",
                )
                for atom in atoms
            ]
        )

    @Slot()
    def _show_all(self) -> None:
        self.all.hide()
        self._draw(self._atoms)
        self.rest.say(f"The weights add up to {fixed(sum(atom.weight for atom in self._atoms), 2)}.")

    def _show_near(self, found: LookedUp) -> None:
        rows = [
            Near(place, *near)
            for place, near in enumerate(zip_longest(found.in_new, found.in_donor, found.in_base), 1)
        ]
        self.near.setVisible(bool(rows))
        for column, near in ((NEW, found.in_new), (DONOR, found.in_donor), (BASE, found.in_base)):
            self.table.setColumnHidden(column, not near)
        self.table.show_rows(rows)
        self.shared.say(words.shared_neighbours(found))
