"""What arXiv 2508.21038 reports on LIMIT, beside the figures of the systems here; and how dense it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import MISSING, count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.limit.result import LimitResult

COLUMNS = (
    Column("who", lambda row: row[0]),
    Column("measure", lambda row: row[1]),
    Column("figure", lambda row: row[2], right=True, color=lambda row: "" if row[4] else "accent"),
    Column("conditions", lambda row: row[3]),
)


class PaperCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Beside the paper")
        self.facts = Words(role="small")
        self.table = FiguresTable(
            session, "Figures of arXiv 2508.21038", COLUMNS, stretched=3, sortable=False, least=200
        )
        self.meaning = Words(
            "Coloured figures are measured here; the others are those of arXiv 2508.21038.",
            "small",
        )
        for widget in (self.facts, self.table, self.meaning):
            self.column.addWidget(widget)

    def show_result(self, result: LimitResult) -> None:
        asked = list(dict.fromkeys(each.measure for each in result.published))
        here = f"{count(result.documents)} documents, {count(len(result.queries))} queries, " + (
            result.pattern or "as given"
        )
        rows = [
            (system.name, measure, fixed(system.measures[measure].value, 3), here, False)
            for measure in asked
            for system in result.systems
            if measure in system.measures
        ]
        rows += [
            (each.who, each.measure, each.figure or MISSING, each.conditions, True)
            for each in result.published
        ]
        self.table.show_rows(sorted(rows, key=lambda row: asked.index(row[1])))
        sound = "sound" if result.words == 1 else "not what it should be"
        self.facts.say(
            f"{count(result.used)} of {count(result.documents)} documents are relevant to some query; of all "
            f"pairs of these, {result.density:.1%} are asked for together. TF-IDF with a token for each "
            f"thing liked finds {result.words:.0%}: the collection is {sound}."
        )
