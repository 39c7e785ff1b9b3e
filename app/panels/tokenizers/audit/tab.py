"""Audit: tokens that no text gives, that yours never uses, that a model has hardly been trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from app.figures import count, fixed
from app.panels.tokenizers.audit import words
from app.panels.tokenizers.audit.indicator_card import IndicatorCard
from app.panels.tokenizers.job_tab import TokenizerTab
from app.panels.tokenizers.names import sample_texts, sample_tokenizer, tokenizer_name
from app.widgets.card import Card
from app.widgets.dropped import Dropped
from app.widgets.figures_table import Column
from app.widgets.pictures import offer_picture
from app.widgets.searched_table import SearchedTable
from app.widgets.segmented import Segmented
from app.widgets.stacked_bar import Part, StackedBar
from app.widgets.visible_text import shown_token
from app.widgets.words import Words
from core.audit.job import AUDIT

if TYPE_CHECKING:
    from core.audit.request import AuditRequest
    from core.audit.result import AuditResult, SuspectToken
    from core.project.records import RunRecord

CATEGORIES = (
    ("ok", "ok", "copied", "Their own text gives them back."),
    ("ok special", "special", "role", "Special tokens, reached by their names."),
    ("partial character", "part of a character", "byte", "Their bytes make up no whole character."),
    (
        "unreachable: one other token",
        "give another token",
        "approximated",
        "Their own text is encoded as one other token: nothing gives them.",
    ),
    (
        "unreachable: several tokens",
        "give several tokens",
        "after",
        "Their own text is encoded as several tokens: nothing gives them.",
    ),
    (
        "unreachable special",
        "unreachable special",
        "fallback",
        "Special tokens that their name does not give.",
    ),
)
"""Category, its label, its colour (a token of the theme), what it means."""
LISTS = (("unreachable", "Unreachable"), ("undertrained", "Hardly trained"), ("unused", "Never used"))
MEANINGS = {
    "unreachable": "Encoding a token's own text gives something else, so no text is ever encoded as it.",
    "undertrained": "Suspected, since their embeddings look like those of tokens that were never trained: a "
    "prompt that holds one may do anything.",
    "unused": "Tokens of text that do not occur in your texts.",
}
NEIGHBOURS = 3
"""Shown of the nearest tokens; copied are all of them."""
COLUMNS = (
    Column("token", lambda row: row.token, shown_token, mono=True),
    Column("id", lambda row: row.id, str, right=True),
    Column("kind", lambda row: row.kind),
    Column("why", lambda row: row.category),
    Column(
        "encoded as",
        lambda row: " ".join(map(str, row.reencoded)) or None,
        tip="The ids that encoding its own text gives",
    ),
    Column("indicator", lambda row: row.indicator, lambda value: fixed(value, 4), right=True),
    Column("in your text", lambda row: row.count, count, right=True, tip="How often it occurs there"),
    Column(
        "nearest",
        lambda row: "  ".join(map(shown_token, row.nearest[:NEIGHBOURS])) or None,
        mono=True,
        raw=lambda row: "  ".join(row.nearest),
        tip="The tokens with the most similar embeddings",
    ),
)
WHY, ENCODED, INDICATOR, USED, NEAREST = 3, 4, 5, 6, 7


class AuditTab(TokenizerTab):
    job = AUDIT
    kinds = (AUDIT.kind,)
    empty = (
        "Look for suspicious tokens: those that no text can ever give, those that your texts never use, and, "
        "when you name a model of this tokenizer, those that it was hardly trained on."
    )
    sample = "Audit the sample tokenizer"

    def build(self) -> None:
        self.categories = Card("What the tokens are")
        self.bar = StackedBar("What the tokens are")
        self.bar.part_chosen.connect(self._on_part)
        offer_picture(self.bar, self.session, self.page.fill_menu)
        self.categories.column.addWidget(self.bar)
        self.indicator = IndicatorCard(self.session, self.page.fill_menu)
        self.listed = Card("Suspicious tokens")
        self.view = Segmented("Suspicious tokens", LISTS)
        self.view.chosen.connect(self._list)
        self.listed.head.addWidget(self.view)
        self.meaning = Words(role="small")
        self.tokens = SearchedTable(
            self.session, "Suspicious tokens", COLUMNS, stretched=0, what="tokens", lines=14
        )
        self.tokens.table.menu_asked.connect(self.page.fill_menu)
        self.listed.column.addWidget(self.meaning)
        self.listed.column.addWidget(self.tokens)
        for card in (self.categories, self.listed, self.indicator):
            self.page.add(card)

    def fill(self, result: AuditResult) -> None:
        known = {key for key, *_ in CATEGORIES}
        parts = [
            Part(key, label, result.categories.get(key, 0), color, meaning, opens=key.startswith("unreach"))
            for key, label, color, meaning in CATEGORIES
        ]
        others = sum(amount for key, amount in result.categories.items() if key not in known)
        self.bar.show_parts([*parts, Part("other", "other", others, "fallback")])
        self.categories.setVisible(bool(self.bar.parts))
        self.indicator.show_result(result)
        found = {key: rows for key, rows in self._lists(result).items() if rows}
        for key, label in LISTS:
            number = _number(result, key)
            button = self.view.buttons[key]
            button.setText(f"{label} {count(number)}" if number else label)
            button.setEnabled(key in found)
        self.listed.setVisible(bool(found))
        if found and self.view.key not in found:
            self.view.choose(next(iter(found)))
        self._list(self.view.key)

    def _lists(self, result: AuditResult) -> dict[str, list[SuspectToken]]:
        return {
            "unreachable": result.unreachable,
            "undertrained": result.undertrained,
            "unused": result.unused_tokens,
        }

    def _list(self, key: str) -> None:
        result = self.page.result
        if result is None:
            return
        rows = self._lists(result).get(key, [])
        table = self.tokens.table
        table.setColumnHidden(WHY, all(row.category == "ok" for row in rows))
        table.setColumnHidden(ENCODED, key != "unreachable" or not any(row.reencoded for row in rows))
        table.setColumnHidden(INDICATOR, all(row.indicator is None for row in rows))
        table.setColumnHidden(USED, key == "unused" or all(row.count is None for row in rows))
        table.setColumnHidden(NEAREST, not any(row.nearest for row in rows))
        label = next(label for known, label in LISTS if known == key)
        meaning = MEANINGS[key]
        if len(rows) < _number(result, key):
            meaning += f" The first {count(len(rows))} of {count(_number(result, key))}, by their ids."
        self.meaning.say(meaning)
        self.tokens.show_rows(rows, f"{label} tokens")

    def _on_part(self, key: str) -> None:
        """Unreachable tokens are listed below; go there."""
        if key.startswith("unreach") and self.view.buttons["unreachable"].isEnabled():
            self.view.choose("unreachable")
            self.page.view.ensureWidgetVisible(self.tokens)
            self.tokens.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def title_of(self, request: AuditRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: AuditResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def sample_values(self) -> dict[str, Any]:
        tokenizer = sample_tokenizer()
        return {"tokenizer": tokenizer, "text": sample_texts(), "model": tokenizer or None}

    def put(self, found: Dropped) -> list[str]:
        """A model is looked at too; another tokenizer leaves the model that was there behind."""
        said = super().put(found)
        if found.models and not found.tokenizers:
            self.page.setup.set_field("model", str(found.models[0]))
            said.append(f"{tokenizer_name(found.models[0])} is the model")
        elif found.tokenizers:
            self.page.setup.set_field("model", None)
        return said


def _number(result: AuditResult, key: str) -> int:
    """How many a list would have if it were whole."""
    numbers = {
        "unreachable": result.unreachable_count,
        "undertrained": len(result.undertrained),
        "unused": result.unused or 0,
    }
    return numbers[key]
