"""What each system costs: time to encode and to search, how long one query takes, how large its index is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import fixed, size
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.evaluate.result import EvaluationResult, SystemFigures

MEANING = "Measured on this machine. What was kept from an earlier run costs nothing again."


def _paid(value: float) -> float | None:
    return value or None


def _seconds(value: float) -> str:
    return fixed(value, 2)


def _latency(name: str) -> Column:
    return Column(
        f"{name} ms",
        lambda row: row.costs.latency_ms.get(name),
        lambda value: fixed(value, 1),
        right=True,
        tip="One query alone, from its text to its documents: "
        + ("half are answered sooner" if name == "p50" else "95 of 100 are answered sooner"),
    )


COLUMNS = (
    Column("system", lambda row: row.name),
    Column(
        "encode s",
        lambda row: _paid(row.costs.encode_seconds),
        _seconds,
        right=True,
        tip="Of all documents",
    ),
    Column("build s", lambda row: _paid(row.costs.build_seconds), _seconds, right=True, tip="Of the index"),
    Column(
        "queries s",
        lambda row: _paid(row.costs.query_seconds),
        _seconds,
        right=True,
        tip="Encoding of all queries",
    ),
    Column(
        "search s", lambda row: _paid(row.costs.search_seconds), _seconds, right=True, tip="Of all queries"
    ),
    _latency("p50"),
    _latency("p95"),
    Column(
        "index", lambda row: _paid(row.costs.index_bytes), size, right=True, tip="On the disk or in memory"
    ),
    Column("kept", lambda row: "yes" if row.costs.cached else None, tip="Whether it was there already"),
)


class CostsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Costs")
        self.table = FiguresTable(session, "Costs of the systems", COLUMNS, stretched=0, least=170)
        self.meaning = Words(MEANING, "small")
        self.notes = Words(role="small", selectable=True)
        for widget in (self.table, self.meaning, self.notes):
            self.column.addWidget(widget)

    def show_result(self, result: EvaluationResult) -> None:
        paid = any(_has_costs(system) for system in result.systems)
        noted = [f"{system.name}: {'; '.join(system.notes)}" for system in result.systems if system.notes]
        self.setVisible(paid or bool(noted))
        self.table.setVisible(paid)
        self.meaning.setVisible(paid)
        self.notes.say("\n".join(noted))
        for place, column in enumerate(COLUMNS):
            there = any(column.value(system) is not None for system in result.systems)
            self.table.setColumnHidden(place, not there)
        self.table.show_rows(result.systems)


def _has_costs(system: SystemFigures) -> bool:
    return any(column.value(system) is not None for column in COLUMNS[1:])
