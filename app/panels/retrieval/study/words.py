"""What a study says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import fixed
from app.panels.retrieval.words import ALPHA, CORRECTIONS, KEPT, interval, p_value

if TYPE_CHECKING:
    from core.retrieval.study.result import Cell, StudyResult

OWN, BETTER, WORSE = "●", "▲", "▼"
PRIMARY = "nDCG@10"
ATTENTION = {
    "causal": "Each token sees those before it",
    "bidirectional": "Each token sees all",
}
__all__ = ["ATTENTION", "BETTER", "CORRECTIONS", "OWN", "WORSE", "difference", "figure", "mark"]


def mark(result: StudyResult, cell: Cell) -> str:
    """How a cell stands to the model's own; empty where they are not told apart."""
    if cell.own:
        return OWN
    found = result.against_own(cell)
    if found is None or found.adjusted >= ALPHA:
        return ""
    return BETTER if found.difference > 0 else WORSE


def figure(result: StudyResult, cell: Cell) -> str:
    """``0.431 [0.38, 0.48] ▲``; places are kept for marks, so that figures stand under each other."""
    found = cell.measures[PRIMARY]
    text = fixed(found.value, 3)
    if found.low is not None and found.high is not None:
        text += f"{KEPT}[{fixed(found.low, 2)},{KEPT}{fixed(found.high, 2)}]"
    return f"{text}{KEPT}{mark(result, cell) or KEPT * 2}"


def difference(result: StudyResult, cell: Cell) -> str:
    """A sentence about a cell and the model's own."""
    if cell.own:
        return f"{cell.name} is the model's own choice."
    found = result.against_own(cell)
    if found is None:
        return f"{cell.name}: {fixed(cell.measures[PRIMARY].value, 3)}."
    p = f"p{KEPT}={KEPT}{p_value(found.adjusted)}".replace(f"={KEPT}<", "<")
    return (
        f"{cell.name}: {fixed(found.difference, 3, signed=True)} against the own "
        f"({interval(found.low, found.high)}, {p}); {found.wins} queries better, {found.losses} worse."
    )
