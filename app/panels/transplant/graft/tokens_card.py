"""Which new tokens suffer most and least, what they are built from, and where they occur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.example_line import ExampleLine
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.segmented import Segmented
from app.widgets.visible_text import shown_token
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TokenFigures, TransplantResult

ATOMS = 4
"""Tokens that a row is built from, shown before it says “…”."""
HINT = "Choose a row to see where the token occurs in your text."


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
    def __init__(self, session: Session) -> None:
        super().__init__("Tokens that suffer most")
        self._result: TransplantResult | None = None
        self.view = Segmented("Tokens that suffer", (("worst", "Most"), ("best", "Least")))
        self.view.chosen.connect(self._fill)
        self.head.addWidget(self.view)
        self.table = FiguresTable(session, "Tokens that suffer", COLUMNS, stretched=BUILT, lines=8)
        self.table.row_chosen.connect(self._show_example)
        self.where = Words(HINT, "small")
        self.example = ExampleLine("Where the token occurs")
        self.column.addWidget(self.table)
        self.column.addWidget(self.where)
        self.column.addWidget(self.example)

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
        self._show_example(None)

    def _show_example(self, token: TokenFigures | None) -> None:
        self.example.setVisible(token is not None and bool(token.example))
        if token is None:
            self.where.setText(HINT)
            return
        name = shown_token(token.text)
        if not token.example:
            self.where.setText(f"{name} does not occur in the measured text.")
            return
        times = "once" if token.occurs == 1 else f"{count(token.occurs)} times"
        cost = ""
        if token.bits is not None and token.bits_before is not None:
            now, before = fixed(token.bits, 1), fixed(token.bits_before, 1)
            cost = f"; each costs {now} bits, where the base needed {before}"
        self.where.setText(f"{name} occurs {times}{cost}. For example:")
        self.example.show_line(token.example, token.example_at)
