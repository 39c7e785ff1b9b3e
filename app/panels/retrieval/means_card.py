"""Each system's mean of one measure, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.figures import fixed
from app.panels.retrieval import words
from app.panels.retrieval.measure_switch import MeasureSwitch
from app.widgets.card import Card
from app.widgets.interval_dots import Interval, IntervalDots
from app.widgets.pictures import offer_picture
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.evaluate.result import EvaluationResult

PLACES = 3


class MeansCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Measure")
        self.switch = MeasureSwitch()
        self.head.addWidget(self.switch)
        self.dots = IntervalDots("Means with their intervals", PLACES)
        offer_picture(self.dots, session, more)
        self.words = Words(role="small")
        self.column.addWidget(self.dots)
        self.column.addWidget(self.words)
        self.column.addStretch(1)

    def show_measure(self, result: EvaluationResult, measure: str, numbers: Mapping[str, int]) -> None:
        self.title.setText(measure)
        self.setAccessibleName(f"{measure} of each system")
        self.dots.setAccessibleName(f"{measure} with intervals")
        rows = []
        for system in result.ranked(measure):
            figure = system.measures[measure]
            known = words.beaten(result, system.name, measure)
            better = f"surely better than {len(known)} of the others" if known else ""
            rows.append(
                Interval(system.name, numbers[system.name], figure.value, figure.low, figure.high, better)
            )
        self.dots.show_rows(rows)
        self.words.say(_told_apart(result, measure))


def _told_apart(result: EvaluationResult, measure: str) -> str:
    """How the best two stand to each other on this measure."""
    pair = words.best_pair(result, measure)
    compared = result.between(*pair, measure) if pair is not None else None
    if pair is None or compared is None:
        return ""
    p = words.p_said(compared.adjusted)
    if compared.adjusted >= words.ALPHA:
        return f"{pair[0]} and {pair[1]} are not told apart ({p})."
    return f"{pair[0]} is better than {pair[1]} by {fixed(abs(compared.difference), PLACES)} ({p})."
