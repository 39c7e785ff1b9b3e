"""The words that the first model and another find most unequally likely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.figures import count, fixed
from app.panels.generation.score.words import quoted
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.visible_text import visible
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.model_signs import ModelSign
    from core.generation.score.result import Passage, ScoreResult


def _around(passage: Passage) -> str:
    before = passage.before if passage.before[-1:].isspace() else f"{passage.before} "
    return quoted(f"…{before.lstrip()}[{passage.text}]{passage.after}…")


PLACE = (
    Column("byte", lambda passage: passage.start, count, right=True),
    Column("word", lambda passage: visible(passage.text)),
    Column("in its place", _around),
)


class PassagesCard(Card):
    """Choosing a row goes there."""

    chosen = Signal(int, int)
    """The bytes [begin, end) of a word."""

    def __init__(self, session: Session) -> None:
        super().__init__("Where they differ most")
        self.words = Words(role="body")
        self.table = FiguresTable(session, "Where the models differ most", PLACE, stretched=2, lines=10)
        self.table.row_chosen.connect(self._choose)
        self.column.addWidget(self.words)
        self.column.addWidget(self.table)

    def show_result(self, result: ScoreResult, signs: Sequence[ModelSign]) -> None:
        self.setVisible(bool(result.passages))
        said = []
        for found in result.differences:
            if found.half:
                said.append(
                    f"Half of what tells {signs[found.model].name} from {signs[0].name} falls on "
                    f"{count(found.half)} of {count(found.words)} words."
                )
        self.words.say(" ".join(said))
        self.table.figures.set_columns(_columns(signs))
        self.table.show_rows(result.passages)

    def _choose(self, passage: Passage | None) -> None:
        if passage is not None:
            self.chosen.emit(passage.start, passage.end)


def _columns(signs: Sequence[ModelSign]) -> list[Column]:
    bits = [
        Column("other model", lambda passage: signs[passage.model].name),
        Column(
            signs[0].name,
            lambda passage: passage.bits[0],
            lambda value: fixed(value, 1),
            right=True,
            tip=f"Bits that {signs[0].name} needs for the word and the space before it",
        ),
        Column(
            signs[1].name if len(signs) == 2 else "the other",
            lambda passage: passage.bits[1],
            lambda value: fixed(value, 1),
            right=True,
            tip="Bits that the other model needs",
        ),
        Column(
            "difference",
            lambda passage: passage.bits[1] - passage.bits[0],
            lambda value: fixed(value, 1, signed=True),
            right=True,
            tip="Bits that the other model needs more",
        ),
    ]
    return [
        *PLACE,
        *(bits if len(signs) > 2 else bits[1:]),
    ]
