"""Which new tokens suffer most and least, what they are built from, and where they occur."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from app import theme
from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.example_line import ExampleLine
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.segmented import Segmented
from app.widgets.signed_bars import Signed, SignedBars
from app.widgets.visible_text import shown_token
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TokenFigures, TransplantResult

PLACES = 3
"""Of a token in the text, that are shown."""
BARS = 8
"""Tokens that a row is built from, drawn as bars."""
ATOMS = 4
"""The same in a line of the table, before it says “…”."""
HINT = "Choose a row to see where the token occurs in your text, and what it is built from."


def built_from(token: TokenFigures, most: int | None = None) -> str:
    """``0.61 ␣where + 0.34 fore − 0.12 ␣why …``, the heaviest first."""
    atoms = sorted(token.built_from, key=lambda atom: -abs(atom.weight))
    words = ""
    for atom in atoms[:most]:
        sign = ("−" if atom.weight < 0 else "") if not words else (" − " if atom.weight < 0 else " + ")
        words += f"{sign}{fixed(abs(atom.weight), 2)} {shown_token(atom.token)}"
    return f"{words} …" if most is not None and len(atoms) > most else words


COLUMNS = (
    Column("token", lambda row: row.text, shown_token, mono=True),
    Column("occurs", lambda row: row.occurs, count, right=True, tip="How often, in the measured text"),
    Column(
        "residual",
        lambda row: row.residual,
        lambda value: fixed(value, 2),
        right=True,
        tip="How much of the donor's vector its anchors leave unexplained",
    ),
    Column(
        "bits added",
        lambda row: row.added,
        lambda value: fixed(value, 1),
        right=True,
        tip="What all its occurrences together cost more than the base needed for the same bytes",
    ),
    Column(
        "built from",
        lambda row: built_from(row, ATOMS) or None,
        mono=True,
        raw=built_from,
        tip="Tokens of the base and their weights, the heaviest first",
    ),
)
RESIDUAL = 2
BUILT = 4


class TokensCard(Card):
    inspect_asked = Signal(int)
    """The id of a token that is to be looked into."""

    def __init__(self, session: Session) -> None:
        super().__init__("Tokens that suffer most")
        self._result: TransplantResult | None = None
        self._token: TokenFigures | None = None
        self.view = Segmented("Tokens that suffer", (("worst", "Most"), ("best", "Least")))
        self.view.chosen.connect(self._fill)
        self.head.addWidget(self.view)
        self.table = FiguresTable(session, "Tokens that suffer", COLUMNS, stretched=BUILT, lines=8, least=110)
        self.table.row_chosen.connect(self._show_token)
        self.where = Words(HINT, "small")
        self.examples = [ExampleLine(f"Where the token occurs, {place}") for place in range(1, PLACES + 1)]
        self.built = Words("Its row is built from", "small")
        self.atoms = SignedBars("What the row is built from")
        self.column.addWidget(self.table)
        self.inspect = theme.styled(QPushButton("Inspect"), kind="link")
        self.inspect.setToolTip("See its row's neighbours, and where it comes from")
        self.inspect.clicked.connect(self._ask_inspect)
        row = QHBoxLayout()
        row.addWidget(self.where, 1)
        row.addWidget(self.inspect)
        self.column.addLayout(row)
        for example in self.examples:
            self.column.addWidget(example)
        self.column.addWidget(self.built)
        self.column.addWidget(self.atoms)

    def show_result(self, result: TransplantResult) -> None:
        self._result = result
        tokens = [*result.worst, *result.best]
        self.setVisible(bool(tokens))
        self.view.buttons["best"].setEnabled(bool(result.best))
        self.table.setColumnHidden(RESIDUAL, all(token.residual is None for token in tokens))
        self.table.setColumnHidden(BUILT, not any(token.built_from for token in tokens))
        self._fill()

    def _fill(self, _: Any = None) -> None:
        if self._result is None:
            return
        key = self.view.key
        self.title.setText("Tokens that suffer most" if key == "worst" else "Tokens that suffer least")
        self.table.show_rows(self._result.worst if key == "worst" else self._result.best)
        self._show_token(None)

    def _show_token(self, token: TokenFigures | None) -> None:
        """Where it occurs, and what its row is built from."""
        self._token = token
        self.inspect.setVisible(token is not None)
        places = _places(token) if token is not None else []
        for example, place in zip_longest(self.examples, places):
            example.setVisible(place is not None)
            if place is not None:
                example.show_line(*place)
        atoms = sorted(token.built_from, key=lambda atom: -abs(atom.weight)) if token is not None else []
        for widget in (self.built, self.atoms):
            widget.setVisible(bool(atoms))
        self.atoms.show_bars([Signed(shown_token(atom.token), atom.weight) for atom in atoms[:BARS]])
        more = f", and {len(atoms) - BARS} more" if len(atoms) > BARS else ""
        self.built.setText(f"Its row is built from these tokens of the base{more}:")
        self.where.setText(_where(token, len(places)) if token is not None else HINT)

    @Slot()
    def _ask_inspect(self) -> None:
        if self._token is not None:
            self.inspect_asked.emit(self._token.id)


def _places(token: TokenFigures) -> list[tuple[str, tuple[int, int] | None]]:
    """Up to three lines of the text, and where in them the token stands."""
    first = [(token.example, token.example_at)] if token.example else []
    return [*first, *((other.text, other.at) for other in token.others)][:PLACES]


def _where(token: TokenFigures, places: int) -> str:
    name = shown_token(token.text)
    if not places:
        return f"{name} does not occur in the measured text."
    times = "once" if token.occurs == 1 else f"{count(token.occurs)} times"
    cost = ""
    if token.bits is not None and token.bits_before is not None:
        now, before = fixed(token.bits, 1), fixed(token.bits_before, 1)
        cost = f"; each costs {now} bits, where the base needed {before}"
    return f"{name} occurs {times}{cost}. For example:"
