"""How well the method makes rows whose true ones are known, and whether new rows keep their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import AnchorTest, TransplantResult

MEANING = (
    "Some shared tokens were hidden from the method and made by it: how near their rows come to the true "
    "ones. It needs no text, and compares methods on the same tokens."
)
MATRICES = {"input": "input embedding", "head": "output head"}


@dataclass(frozen=True)
class Tested:
    """What is known of one matrix; None for what was not looked at."""

    matrix: str
    anchors: int | None
    cosine: float | None
    error: float | None
    neighbours: float | None
    kept: float | None
    """Of new tokens: the share of neighbours that the donor's rows have, too."""


def _share(value: float) -> str:
    return fixed(100 * value, 0)


COLUMNS = (
    Column("matrix", lambda row: MATRICES.get(row.matrix, row.matrix)),
    Column("hidden", lambda row: row.anchors, count, right=True, tip="Shared tokens hidden from the method"),
    Column(
        "cosine",
        lambda row: row.cosine,
        lambda value: fixed(value, 3),
        right=True,
        tip="Of the made row and the true one: 1 is the same direction",
    ),
    Column(
        "error",
        lambda row: row.error,
        lambda value: fixed(value, 3),
        right=True,
        tip="Length of the difference over that of the true row",
    ),
    Column(
        "neighbours, %",
        lambda row: row.neighbours,
        _share,
        right=True,
        tip="Of the ten nearest tokens, how many the made row and the true one have in common",
    ),
    Column(
        "of new tokens, %",
        lambda row: row.kept,
        _share,
        right=True,
        tip="Of the ten nearest shared tokens, how many a new row and the donor's row have in common",
    ),
)


class AnchorsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Hidden tokens, made again")
        self.table = FiguresTable(
            session, "Hidden tokens, made again", COLUMNS, stretched=0, lines=2, sortable=False, least=96
        )
        self.words = Words(MEANING, "small")
        self.column.addWidget(self.table)
        self.column.addWidget(self.words)
        self.column.addStretch(1)

    def show_result(self, result: TransplantResult) -> None:
        rows = tested(result)
        self.setVisible(bool(rows) or bool(result.anchor_test_note))
        self.table.setVisible(bool(rows))
        self.words.say(MEANING if result.anchor_test else result.anchor_test_note or MEANING)
        self.table.show_rows(rows)


def tested(result: TransplantResult) -> list[Tested]:
    tests: dict[str, AnchorTest] = {test.matrix: test for test in result.anchor_test}
    kept: dict[str, float] = {one.matrix: one.share for one in result.neighbours}
    return [
        Tested(
            matrix,
            test.anchors if test else None,
            test.cosine if test else None,
            test.error if test else None,
            test.neighbours if test else None,
            kept.get(matrix),
        )
        for matrix in MATRICES
        if (test := tests.get(matrix)) or matrix in kept
    ]
