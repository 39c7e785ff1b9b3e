"""With a draft and without, measured in the same run; and where the time went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.draft.result import DraftResult, Speed


@dataclass(frozen=True)
class Row:
    name: str
    speed: Speed

    @property
    def calls(self) -> float | None:
        """Of the target, for each token."""
        return self.speed.target_calls / self.speed.tokens if self.speed.tokens else None


COLUMNS = (
    Column("written", lambda row: row.name),
    Column("tokens", lambda row: row.speed.tokens, count, right=True),
    Column("target calls", lambda row: row.speed.target_calls, count, right=True),
    Column(
        "per token",
        lambda row: row.calls,
        lambda value: fixed(value, 2),
        right=True,
        tip="Calls of the target for each token",
    ),
    Column("draft calls", lambda row: row.speed.draft_calls, count, right=True),
    Column("seconds", lambda row: row.speed.seconds, lambda value: fixed(value, 2), right=True),
    Column(
        "tokens/s",
        lambda row: row.speed.tokens_per_second,
        lambda value: fixed(value, 1),
        right=True,
    ),
)


class SpeedCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("With a draft, and without")
        self.table = FiguresTable(session, "Drafted and plain", COLUMNS, stretched=0, sortable=False)
        self.words = Words(role="muted")
        self.column.addWidget(self.table)
        self.column.addWidget(self.words)

    def show_result(self, result: DraftResult) -> None:
        rows = [Row("with a draft", result.drafted)]
        if result.plain is not None:
            rows.append(Row("plainly", result.plain))
        self.table.show_rows(rows)
        said = [result.where_time_went()]
        if result.unit == "byte":
            said.append("Bytes count as tokens here.")
        if result.draft and result.speed_up is not None and result.speed_up < 1:
            said.append("A draft pays where it is much smaller than its target: then its calls cost little.")
        self.words.say(" ".join(filter(None, said)))
