"""Every two systems on one measure: the difference, and whether it is real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLabel

from app import theme
from app.figures import fixed
from app.panels.retrieval import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.session import Session
    from core.retrieval.evaluate.result import EvaluationResult

MEANING = (
    "Detectable: the smallest true difference that so many queries would most often show (power 80 %). "
    "Effect: the mean difference over its standard deviation."
)


def _difference(value: float) -> str:
    return fixed(value, 4, signed=True)


def _color(row: Any) -> str:
    return "success" if row.adjusted < words.ALPHA else ""


def columns(short: Mapping[str, str]) -> tuple[Column, ...]:
    """`short`: name of a system → how it is called here."""
    return (
        Column(
            "difference of",
            lambda row: f"{short.get(row.a, row.a)} − {short.get(row.b, row.b)}",
            raw=lambda row: f"{row.a} − {row.b}",
        ),
        *FIGURES,
    )


FIGURES = (
    Column("mean", lambda row: row.difference, _difference, right=True, color=_color),
    Column(
        "95 % interval",
        lambda row: (row.low, row.high),
        lambda ends: words.interval(*ends),
        right=True,
        tip="By bootstrap over the queries",
        raw=lambda row: f"{row.low} {row.high}",
    ),
    Column(
        "p",
        lambda row: row.adjusted,
        words.p_value,
        right=True,
        tip="Two-sided, paired over the queries, corrected for the number of comparisons",
        color=_color,
    ),
    Column(
        "W / T / L",
        lambda row: (row.wins - row.losses, row.wins, row.ties, row.losses),
        lambda counts: " / ".join(map(str, counts[1:])),
        raw=lambda row: f"{row.wins}/{row.ties}/{row.losses}",
        right=True,
        tip="In how many queries the first is better than the second, equal, or worse",
    ),
    Column(
        "effect",
        lambda row: row.effect,
        lambda value: fixed(value, 2, signed=True),
        right=True,
        tip="Cohen's d of the differences",
    ),
    Column(
        "detectable",
        lambda row: row.detectable,
        lambda value: fixed(value, 4),
        right=True,
        tip="The smallest true difference that so many queries would most often show",
    ),
    Column("p alone", lambda row: row.p, words.p_value, right=True, tip="Not corrected"),
)


class PairsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Differences")
        self.few = theme.styled(QLabel(), role="pill")
        self.head.addWidget(self.few)
        self.table = FiguresTable(session, "Differences between systems", columns({}), stretched=0, least=150)
        self._short: dict[str, str] = {}
        self.meaning = Words(MEANING, "small")
        self.column.addWidget(self.table)
        self.column.addWidget(self.meaning)

    def show_measure(self, result: EvaluationResult, measure: str) -> None:
        rows = [compared for compared in result.comparisons if compared.measure == measure]
        self.setVisible(bool(rows))
        self.title.setText(f"Differences in {measure}")
        self.table.set_title(f"Differences in {measure}")
        said = words.few_queries(result)
        self.few.setText(f"few queries: {len(result.queries)}")
        self.few.setToolTip(said)
        self.few.setAccessibleDescription(said)
        self.few.setVisible(bool(said))
        short = words.short_names([system.name for system in result.systems])
        if short != self._short:
            self._short = short
            self.table.figures.set_columns(columns(short))
        self.table.show_rows(rows)
