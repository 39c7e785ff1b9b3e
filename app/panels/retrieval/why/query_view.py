"""One query as two systems answered it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.figures import count, fixed
from app.panels.retrieval.why.document_card import DocumentCard
from app.panels.retrieval.why.explanation_card import ExplanationCard
from app.panels.retrieval.why.hits_list import HitsList, judged
from app.panels.retrieval.why.matched import snippet, terms
from app.panels.retrieval.why.opened import Found, Looked, Relevant
from app.widgets.card import Card
from app.widgets.dot import Dot
from app.widgets.elided_label import ElidedLabel
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.pictures import offer_picture
from app.widgets.rank_slope import RankSlope, Slope
from app.widgets.scrolled import ScrolledColumn
from app.widgets.side_by_side import SideBySide
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session

TOP = 10
"""Hits that are shown at first, and ranks under which a relevant document counts as missed."""
MORE = 20
MEANING = "✓ relevant · ✕ judged not relevant · underlined: words of the query"
TITLE = 90
"""Characters of a document's beginning in a table."""


class _Ranking(QWidget):
    """The name of a system in its colour, over what it found."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.dot = Dot(0)
        self.name = ElidedLabel("muted")
        self.value = theme.styled(QLabel(), role="muted")
        self.value.setFont(theme.figures_font())
        self.hits = HitsList(title)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.dot)
        head.addWidget(self.name, 1)
        head.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.hits)
        column.addStretch(1)

    def show_ranking(
        self, name: str, number: int, value: str, hits: tuple[Found, ...], wanted: frozenset[str]
    ) -> None:
        self.dot.number = number
        self.dot.update()
        self.name.say(name)
        self.value.setText(value)
        self.hits.setAccessibleName(f"Ranking of {name}")
        self.hits.show_hits(hits, wanted)


class QueryView(QWidget):
    more_wanted = Signal(int)
    """How many hits to show."""
    explain_wanted = Signal(str, str)
    """A system whose model is asked, and a document."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._looked: Looked | None = None
        self._pair = ("", "")
        self._terms: frozenset[str] = frozenset()
        self.heading = Words(role="heading", selectable=True)
        self.facts = Words(role="muted", selectable=True)
        self.facts.setFont(theme.figures_font())
        self.tags = Words(selectable=True)
        self.explanation = ExplanationCard()
        self.first, self.second = _Ranking("First ranking"), _Ranking("Second ranking")
        self.more = theme.styled(QPushButton("Show 20 hits"), kind="link")
        self.document = DocumentCard()
        self.relevant = FiguresTable(session, "Relevant documents", _columns(("", "")), stretched=0, lines=10)
        self.slope = RankSlope("Ranks of the relevant documents")
        offer_picture(self.slope, session, lambda menu: None)
        self.missed = Words(role="small")
        self._scroll = ScrolledColumn()
        self._scroll.setAccessibleName("Query")
        self._lay_out()
        self.first.hits.chosen.connect(self._on_hit)
        self.second.hits.chosen.connect(self._on_hit)
        self.relevant.row_chosen.connect(self._on_relevant)
        self.more.clicked.connect(lambda: self.more_wanted.emit(MORE))
        self.document.asked.connect(lambda name: self.explain_wanted.emit(name, self.document.id))

    def _lay_out(self) -> None:
        head = Card("Query")
        head.title.hide()
        head.column.addWidget(self.heading)
        head.column.addWidget(self.facts)
        head.column.addWidget(self.tags)
        self.head = head
        rankings = Card("Rankings")
        rankings.head.addWidget(self.more)
        self.both = SideBySide([self.first], [self.second], wide=440)
        rankings.column.addWidget(self.both)
        rankings.column.addWidget(Words(MEANING, "small"))
        self.rankings = rankings
        documents = Card("Relevant documents")
        table = QWidget()
        inner = QVBoxLayout(table)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.relevant)
        inner.addStretch(1)
        side = SideBySide([table], [self.slope], (3, 2), wide=560)
        documents.column.addWidget(side)
        documents.column.addWidget(self.missed)
        self._documents, self._side = documents, side
        column = self._scroll.column
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(12)
        for card in (head, rankings, self.document, self.explanation, documents):
            column.addWidget(card)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def show_query(
        self, looked: Looked, pair: tuple[str, str], measure: str, numbers: Mapping[str, int], most: int
    ) -> None:
        another = self._looked is None or self._looked.query.id != looked.query.id
        self._looked, self._pair = looked, pair
        self._terms = terms(looked.query.text)
        self.heading.say(f"“{looked.query.text}”")
        self.facts.say(_facts(looked, pair, measure))
        for view, name in zip((self.first, self.second), pair, strict=True):
            value = looked.query.value(name, measure)
            said = "" if value is None else f"{measure} {fixed(value, 3)}"
            hits = looked.rankings.get(name, ())[:most]
            view.show_ranking(name, numbers.get(name, 0), said, hits, self._terms)
        self.second.setVisible(pair[0] != pair[1])
        self.both.fit()
        self.more.setVisible(most < MORE and any(len(hits) >= most for hits in looked.rankings.values()))
        self._show_relevant(looked, numbers)
        self.tags.say(_tags(looked, pair))
        if another:
            self.document.hide()
            self.explanation.hide()
            self._scroll.verticalScrollBar().setValue(0)

    def _show_relevant(self, looked: Looked, numbers: Mapping[str, int]) -> None:
        first, second = self._pair
        one = first == second
        self._documents.setVisible(bool(looked.relevant))
        self.relevant.figures.set_columns(_columns(self._pair))
        self.relevant.show_rows(looked.relevant)
        self.relevant.setColumnHidden(3, one)
        slopes = [Slope(_named(found), found.rank(first), found.rank(second)) for found in looked.relevant]
        self.slope.show_slopes(slopes, self._pair, (numbers.get(first, 0), numbers.get(second, 1)))
        self.slope.setVisible(not one)
        self._side.fit()
        self.missed.say("" if one else _missed(looked, self._pair))

    @Slot(object)
    def _on_hit(self, found: Any) -> None:
        self._show_document(found.hit.document)

    @Slot(object)
    def _on_relevant(self, found: Any) -> None:
        if found is not None:
            self._show_document(found.id)

    def _show_document(self, id: str) -> None:
        """Set it apart in both rankings, and show it in full."""
        looked = self._looked
        if looked is None:
            return
        for view in (self.first, self.second):
            view.hits.mark(id)
        hits = {
            name: found
            for name, hits in looked.rankings.items()
            for found in hits
            if found.hit.document == id
        }
        known = next((found.document for found in hits.values()), None)
        relevant = next((found for found in looked.relevant if found.id == id), None)
        if known is None and relevant is not None:
            known = relevant.document
        said = [judged(next(iter(hits.values())))] if hits else []
        if not hits and relevant is not None:
            said = [f"relevant, grade {relevant.grade}"]
        said += [
            f"{name}: rank {found.hit.rank}, score {fixed(found.hit.score, 4)}"
            for name, found in hits.items()
        ]
        if self.document.id != id:
            self.explanation.hide()
        self.document.show_document(known, id, " · ".join(said), self._terms)


def _columns(pair: tuple[str, str]) -> tuple[Column, ...]:
    def rank(title: str, name: str) -> Column:
        def color(found: Relevant) -> str:
            place = found.rank(name)
            return "success" if place is not None and place <= TOP else "warning"

        return Column(
            title, lambda found: found.rank(name), count, right=True, tip=f"Rank by {name}", color=color
        )

    return (
        Column("document", _named),
        Column("grade", lambda found: found.grade, str, right=True),
        rank("first", pair[0]),
        rank("second", pair[1]),
    )


def _named(found: Relevant) -> str:
    document = found.document
    if document is None:
        return f"{found.id}: not in the collection"
    return snippet(document.title, document.text, frozenset(), TITLE) or found.id


def _facts(looked: Looked, pair: tuple[str, str], measure: str) -> str:
    query = looked.query
    relevant = "1 relevant document" if query.relevant == 1 else f"{count(query.relevant)} relevant documents"
    parts = [f"query {query.id}", relevant]
    difference = query.difference(*pair, measure)
    if difference is not None and pair[0] != pair[1]:
        better = pair[0] if difference > 0 else pair[1]
        equal = f"both have the same {measure}"
        parts.append(f"{better} is better by {fixed(abs(difference), 3)} {measure}" if difference else equal)
    alike = looked.agreement
    if alike is not None:
        parts.append(f"rankings alike: RBO {fixed(alike.rbo, 2)}")
    return " · ".join(parts)


def _tags(looked: Looked, pair: tuple[str, str]) -> str:
    """What may have gone wrong, a line each; once where it is the same of both."""
    lines = [(tag.sentence, name) for name in dict.fromkeys(pair) for tag in looked.tags.get(name, ())]
    said = [sentence for sentence, _ in lines]
    return "\n".join(
        dict.fromkeys(f"• {line}" if said.count(line) > 1 else f"• {name}: {line}" for line, name in lines)
    )


def _missed(looked: Looked, pair: tuple[str, str]) -> str:
    """How many of the relevant documents each system has among its first."""
    parts = []
    for name in pair:
        there = sum((found.rank(name) or TOP + 1) <= TOP for found in looked.relevant)
        parts.append(f"{name}: {there} of {len(looked.relevant)} among its first {TOP}")
    lost = sum(all(found.rank(name) is None for name in pair) for found in looked.relevant)
    if lost:
        parts.append(f"{lost} found by neither")
    return " · ".join(parts)
