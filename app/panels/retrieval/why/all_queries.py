"""What can be said of all queries of an evaluation: where a system loses most, and what its scores tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider

from app import theme
from app.figures import MISSING, count, fixed
from app.panels.retrieval.why.opened import Evaluation
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.scrolled import ScrolledColumn
from app.widgets.words import Words
from core.retrieval.record.inspect import Query
from core.retrieval.why.inspect import Scores, Slice, scores, slices

if TYPE_CHECKING:
    from app.session import Session

STEPS = 200
"""Of the slider, from the lowest score to the highest."""
LOSSES = (
    "The share of the loss: how much of all that is missing to a perfect value is missing in these queries. "
    "Intervals are 95\u00a0% of the mean."
)
SCORES = (
    "Shares of the hits of each kind by their score. Where the curves lie apart, a threshold on the score "
    "tells relevant documents from others."
)


@dataclass(frozen=True)
class Told:
    """Of one system and measure."""

    system: str
    measure: str
    slices: tuple[Slice, ...]
    scores: Scores


def tell(evaluation: Evaluation, system: str, measure: str) -> Told:
    """Reads the whole record: not for the main thread."""
    values = {
        query.id: value for query in evaluation.queries if (value := query.value(system, measure)) is not None
    }
    queries = [Query(query.id, query.text, query.relevant) for query in evaluation.queries]
    found = tuple(slices(queries, values))
    return Told(system, measure, found, scores(evaluation.record, system))


COLUMNS = (
    Column("queries", lambda row: row.name),
    Column("by", lambda row: row.by),
    Column("number", lambda row: len(row.queries), count, right=True),
    Column("mean", lambda row: row.mean, lambda value: fixed(value, 3), right=True),
    Column(
        "95 % interval",
        lambda row: None if row.low is None else (row.low, row.high),
        lambda ends: f"{fixed(ends[0], 3)} … {fixed(ends[1], 3)}",
        right=True,
    ),
    Column("of the loss", lambda row: row.loss, lambda value: f"{value:.0%}", right=True),
)


class AllQueries(ScrolledColumn):
    chosen = Signal(object)
    """A `Slice` whose queries are to be listed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setAccessibleName("All queries")
        self._told: Told | None = None
        self.losses = Card("Where it loses")
        self.table = FiguresTable(session, "Groups of queries", COLUMNS, stretched=0, lines=12)
        self.table.row_chosen.connect(self._on_row)
        self.losses.column.addWidget(self.table)
        self.losses.column.addWidget(Words(LOSSES, "small"))
        self.card = Card("Scores")
        self.plot = LinePlot("Shares of hits by score")
        offer_picture(self.plot, session, lambda menu: None)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(0, STEPS)
        self.threshold.setAccessibleName("Threshold on the score")
        self.threshold.valueChanged.connect(self._say_threshold)
        self.words = Words(role="body")
        self.words.setFont(theme.figures_font())
        row = QHBoxLayout()
        row.addWidget(theme.styled(QLabel("Threshold"), role="field"))
        row.addWidget(self.threshold, 1)
        self.card.column.addWidget(self.plot)
        self.card.column.addLayout(row)
        self.card.column.addWidget(self.words)
        self.card.column.addWidget(Words(SCORES, "small"))
        self.column.setContentsMargins(0, 0, 4, 0)
        self.column.setSpacing(12)
        self.column.addWidget(self.losses)
        self.column.addWidget(self.card)
        self.column.addStretch(1)

    def show_told(self, told: Told) -> None:
        self._told = told
        self.losses.title.setText(f"Where {told.system} loses {told.measure}")
        self.table.show_rows(told.slices)
        self.card.title.setText(f"Scores of {told.system}")
        found = told.scores
        wide = (found.high - found.low) / max(1, len(found.relevant)) or 1.0
        middles = [found.low + (n + 0.5) * wide for n in range(len(found.relevant))]
        kinds: Mapping[str, tuple[int, tuple[int, ...]]] = {
            "relevant": (2, found.relevant),
            "judged not relevant": (1, found.not_relevant),
            "not judged": (0, found.unjudged),
        }
        lines = [
            Series(f"{name} ({count(sum(counts))})", number, middles, [n / sum(counts) for n in counts])
            for name, (number, counts) in kinds.items()
            if sum(counts)
        ]
        self.plot.show_series(lines, Axis("score"), Axis("share of the hits"))
        self.card.setVisible(bool(lines))
        self.threshold.setValue(STEPS // 2)
        self._say_threshold()

    @Slot()
    def _say_threshold(self) -> None:
        if self._told is None:
            return
        found = self._told.scores
        at = found.low + (found.high - found.low) * self.threshold.value() / STEPS
        precision, recall = found.at(at)
        shown = MISSING if precision is None else fixed(precision, 3)
        parts = [f"Score {fixed(at, 4)} or more: precision {shown}, recall {fixed(recall, 3)}"]
        if found.auc is not None:
            parts.append(f"AUC {fixed(found.auc, 3)}")
        if found.gaps:
            middle = sorted(found.gaps)[len(found.gaps) // 2]
            parts.append(f"first hit ahead of the second by {fixed(middle, 4)} (median)")
        self.words.say(" · ".join(parts))
        self.threshold.setAccessibleDescription(parts[0])

    @Slot(object)
    def _on_row(self, row: Any) -> None:
        if row is not None:
            self.chosen.emit(row)
