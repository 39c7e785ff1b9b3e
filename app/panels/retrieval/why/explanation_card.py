"""Why a document has its score: what each word of both texts does for it, in the texts themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.figures import fixed
from app.widgets.card import Card
from app.widgets.heat_text import HeatText, Part
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.retrieval.why.result import Side, WhyResult

SHARES, LEFT_OUT, GRADIENTS, ALIGNED = "shares", "left out", "gradients", "aligned"
VIEWS = ((SHARES, "Shares"), (LEFT_OUT, "Left out"), (GRADIENTS, "Gradients"), (ALIGNED, "Alignment"))
MEANINGS = {
    SHARES: "What each token adds to the score by the pooling; the shares sum to the score.",
    LEFT_OUT: "How much the score falls when the text is encoded without the word.",
    GRADIENTS: "Integrated gradients, from padding to the text.",
    ALIGNED: "How near each token comes to its nearest in the other text. Point at a token of the query to "
    "see how near each of the document's is to it.",
}
NOT_ADDITIVE = "The pooling is no weighted mean, so the shares do not sum to the score."
SIGNS = "Blue counts for, orange and underlined against."


class ExplanationCard(Card):
    def __init__(self) -> None:
        super().__init__("Explained with the model")
        self.view = Segmented("Explanation", VIEWS)
        self.view.chosen.connect(self._show)
        self.head.addWidget(self.view)
        self._result: WhyResult | None = None
        self.sentence = Words(role="body", selectable=True)
        self.query, self.document = HeatText("The query"), HeatText("The document")
        self.meaning, self.notes = Words(role="small"), Words(role="small", selectable=True)
        self._shown = (
            Words("Query", "field"),
            self.query,
            Words("Document", "field"),
            self.document,
            self.meaning,
            self.notes,
        )
        for widget in (self.sentence, *self._shown):
            self.column.addWidget(widget)
        self.query.pointed.connect(self._point)
        self.hide()

    def show_words(self, words: str) -> None:
        """How it stands with the answer, while there is none."""
        self._result = None
        self.sentence.say(words)
        for widget in self._shown:
            widget.hide()
        self.view.hide()
        self.show()

    def show_result(self, result: WhyResult) -> None:
        self._result = result
        for widget in self._shown:
            widget.show()
        self.sentence.say(result.summary())
        there = {
            SHARES: any(token.share is not None for token in result.document.tokens),
            LEFT_OUT: bool(result.document.words or result.query.words),
            GRADIENTS: any(token.gradient is not None for token in result.document.tokens),
            ALIGNED: bool(result.alignment),
        }
        for key, known in there.items():
            self.view.buttons[key].setVisible(known)
        if not there[self.view.key]:
            self.view.choose(next((key for key, known in there.items() if known), SHARES))
        self.view.setVisible(sum(there.values()) > 1)
        self.notes.say("\n".join(result.notes))
        self._show()
        self.show()

    @Slot()
    def _show(self) -> None:
        result, key = self._result, self.view.key
        if result is None:
            return
        sides = (self.query, result.query, True), (self.document, result.document, False)
        for widget, side, asks in sides:
            widget.show_parts(
                side.text, self._parts(result, side, key, asks), 1.0 if key == ALIGNED else None
            )
        said = [MEANINGS[key], SIGNS]
        if key == SHARES and not (result.query.additive and result.document.additive):
            said.append(NOT_ADDITIVE)
        if key == GRADIENTS and result.document.completeness is not None:
            said.append(f"Their sum misses what it should be by {result.document.completeness:.1%}.")
        if key == ALIGNED and result.max_sim is not None:
            said.append(f"The best matches sum to {fixed(result.max_sim, 3)} (MaxSim).")
        self.meaning.say(" ".join(said))

    @staticmethod
    def _parts(result: WhyResult, side: Side, key: str, asks: bool) -> list[Part]:
        if key == LEFT_OUT:
            return [Part(word.start, word.end, word.fall) for word in side.words]
        if key != ALIGNED:
            values = [token.share if key == SHARES else token.gradient for token in side.tokens]
            return [Part(t.start, t.end, value) for t, value in zip(side.tokens, values, strict=True)]
        rows = result.alignment if asks else list(zip(*result.alignment, strict=True))
        places = result.query_tokens if asks else result.document_tokens
        best = {place: max(row, default=None) for place, row in zip(places, rows, strict=True)}
        return [Part(t.start, t.end, best.get(number)) for number, t in enumerate(side.tokens)]

    @Slot(int)
    def _point(self, number: int) -> None:
        """A token of the query: how near each of the document's is."""
        result = self._result
        if result is None or self.view.key != ALIGNED:
            return
        tokens = result.document.tokens
        if number not in result.query_tokens:
            self.document.show_parts(
                result.document.text, self._parts(result, result.document, ALIGNED, asks=False), 1.0
            )
            return
        row = result.alignment[result.query_tokens.index(number)]
        near = dict(zip(result.document_tokens, row, strict=True))
        self.document.show_parts(
            result.document.text,
            [Part(token.start, token.end, near.get(place)) for place, token in enumerate(tokens)],
            1.0,
        )
        self.document.mark([match.document for match in result.matches if match.query == number])
