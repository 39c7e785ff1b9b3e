"""The list of a transplanted model's tokens: searched, filtered by where their rows come from, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from app import theme
from app.figures import count, fixed
from app.icons import icon
from app.panels.transplant.graft.sources import PARTS
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.visible_text import shown_token

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.inspect.result import ListedToken, ListedTokens

REST = 120
"""Milliseconds of quiet before what was typed is looked for."""
PAGE = 300
"""Tokens that are listed at first, and that *Show more* adds."""
LABELS = {key: label for key, label, _, _ in PARTS} | {"padding": "padding"}
ORDERS = (
    ("id", "By id"),
    ("residual", "By residual"),
    ("occurs", "By frequency"),
    ("text", "By text"),
)
HINT = "Search: text, or #id"
COLUMNS = (
    Column("id", lambda row: row.id, count, right=True),
    Column("token", lambda row: row.text, shown_token, mono=True),
    Column("row", lambda row: LABELS.get(row.source, row.source), tip="Where its row comes from"),
    Column(
        "residual",
        lambda row: row.residual,
        lambda value: fixed(value, 2),
        right=True,
        tip="How much of the donor's vector its anchors leave unexplained",
    ),
    Column("occurs", lambda row: row.occurs, count, right=True, tip="How often, in your text"),
)
TOKEN, SOURCE, RESIDUAL, OCCURS = 1, 2, 3, 4


class TokenList(QFrame):
    changed = Signal()
    """Something else is looked for: ask from the start."""
    more_wanted = Signal()
    token_chosen = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.setAccessibleName("Tokens")
        self._tokens: list[ListedToken] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(HINT)
        self.line.setAccessibleName("Search the tokens")
        self.line.setClearButtonEnabled(True)
        self.line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.source = QComboBox()
        self.source.setAccessibleName("Where their rows come from")
        self.source.addItem("All rows", "")
        self.order = QComboBox()
        self.order.setAccessibleName("Order")
        for key, label in ORDERS:
            self.order.addItem(label, key)
        self.table = FiguresTable(
            session, "Tokens", COLUMNS, stretched=TOKEN, lines=None, sortable=False, least=100
        )
        self.number = theme.styled(QLabel(), role="small")
        self.number.setFont(theme.figures_font())
        self.more = QPushButton("Show more")
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self.changed)
        self.line.textChanged.connect(lambda _: self._timer.start())
        self.line.returnPressed.connect(self._enter)
        self.source.activated.connect(lambda _: self.changed.emit())
        self.order.activated.connect(lambda _: self.changed.emit())
        self.more.clicked.connect(self.more_wanted)
        self.table.row_chosen.connect(self._on_row)

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(self.source, 1)
        choices.addWidget(self.order, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.number, 1)
        foot.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addLayout(choices)
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    # What is looked for

    def asked(self) -> dict[str, Any]:
        """As `AskTokens` has it."""
        source, order = self.source.currentData(), self.order.currentData()
        return {
            "query": self.line.text(),
            "sources": (source,) if source else (),
            "order": order,
            "descending": order in ("residual", "occurs"),
        }

    def choose_source(self, key: str) -> None:
        """One that is not there yet is added: the list may not have been read."""
        at = self.source.findData(key)
        if at < 0:
            self.source.addItem(LABELS.get(key, key), key)
            at = self.source.count() - 1
        self.source.setCurrentIndex(at)

    def choose_order(self, key: str) -> None:
        self.order.setCurrentIndex(max(0, self.order.findData(key)))

    # What was found

    def show_tokens(self, found: ListedTokens, *, added: bool) -> None:
        """A new list, or with `added` the next page of the same."""
        self._tokens = [*self._tokens, *found.tokens] if added else list(found.tokens)
        self._offer_sources(found)
        self.table.setColumnHidden(SOURCE, bool(self.source.currentData()))  # then all are alike
        self.table.setColumnHidden(RESIDUAL, not found.has_residuals)
        self.table.setColumnHidden(OCCURS, not found.has_occurrences)
        top = self.table.verticalScrollBar().value()
        self.table.show_rows(self._tokens)
        self.table.verticalScrollBar().setValue(top if added else 0)
        shown, total = len(self._tokens), found.found
        tokens = "1 token" if total == 1 else f"{count(total)} tokens"
        self.number.setText(tokens if shown == total else f"The first {count(shown)} of {tokens}")
        self.more.setVisible(shown < total)

    @property
    def shown(self) -> int:
        return len(self._tokens)

    def _offer_sources(self, found: ListedTokens) -> None:
        """Those that there are, with how many tokens each has."""
        chosen = self.source.currentData()
        self.source.clear()
        self.source.addItem(f"All rows ({count(sum(found.counts.values()))})", "")
        for key, label in LABELS.items():
            if found.counts.get(key) or key == chosen:
                self.source.addItem(
                    f"{label[:1].upper()}{label[1:]} ({count(found.counts.get(key, 0))})", key
                )
        self.source.setCurrentIndex(max(0, self.source.findData(chosen)))

    @Slot(object)
    def _on_row(self, row: ListedToken | None) -> None:
        if row is not None:
            self.token_chosen.emit(row.id)

    @Slot()
    def _enter(self) -> None:
        """Return in the search line goes to the first token found."""
        if self._tokens:
            self.table.selectRow(0)
            self.table.setFocus()
