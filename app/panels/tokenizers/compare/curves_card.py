"""The curves of a comparison, one kind at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.widgets.card import Card
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.tokenizers.compare.result import CompareTokenizersResult, Curve


@dataclass(frozen=True)
class Kind:
    title: str
    x: Axis
    y: Axis
    help: str


KINDS = {
    "token_bytes": Kind(
        "Token length",
        Axis("bytes of a token"),
        Axis("share of the tokens"),
        "How long the tokens are that the texts were cut into.",
    ),
    "utilisation": Kind(
        "Vocabulary used",
        Axis("bytes of text"),
        Axis("share of the vocabulary"),
        "How much of the vocabulary has occurred after so much text.",
    ),
    "zipf": Kind(
        "Zipf",
        Axis("rank", logarithmic=True),
        Axis("times", logarithmic=True),
        "How often each token occurs, the commonest first. The straighter and flatter, the more evenly the "
        "vocabulary is used.",
    ),
    "renyi": Kind(
        "Rényi",
        Axis("α"),
        Axis("efficiency"),
        "Rényi efficiency by its order: at 1 Shannon's, higher orders weigh the commonest tokens more.",
    ),
    "digits": Kind(
        "Digits",
        Axis("digits of a number"),
        Axis("tokens"),
        "How many tokens whole numbers take, by how many digits they have.",
    ),
    "indent": Kind(
        "Indentation",
        Axis("spaces"),
        Axis("tokens"),
        "How many tokens runs of spaces take.",
    ),
}
"""Key of the result's curves → how they are drawn."""


class CurvesCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Curves")
        self._result: CompareTokenizersResult | None = None
        self.view = Segmented("Curve", [(key, kind.title) for key, kind in KINDS.items()])
        self.view.chosen.connect(lambda _: self._show())
        self.head.addWidget(self.view)
        self.plot = LinePlot("Curves")
        self.help = Words(role="small")
        offer_picture(self.plot, session, more)
        self.column.addWidget(self.plot)
        self.column.addWidget(self.help)

    def show_result(self, result: CompareTokenizersResult) -> None:
        self._result = result
        there = {curve.key for curve in result.curves if curve.x}
        for key, button in self.view.buttons.items():
            button.setVisible(key in there)
        self.setVisible(bool(there))
        if there and self.view.key not in there:
            self.view.choose(next(key for key in KINDS if key in there))
        self._show()

    def _show(self) -> None:
        if self._result is None:
            return
        kind = KINDS[self.view.key]
        numbers = {row.name: number for number, row in enumerate(self._result.tokenizers)}
        series = [
            Series(curve.tokenizer, numbers.get(curve.tokenizer, 0), curve.x, _drawn(curve))
            for curve in self._result.curves
            if curve.key == self.view.key
        ]
        self.plot.setAccessibleName(kind.title)
        self.plot.show_series(series, kind.x, kind.y)
        self.help.setText(kind.help)


def _drawn(curve: Curve) -> list[float]:
    """Token lengths come as counts, of which tokenizers have more and fewer: what compares are shares."""
    total = sum(curve.y)
    return [value / total for value in curve.y] if curve.key == "token_bytes" and total else curve.y
