"""What is looked for in a vocabulary: text, an expression, an id or bytes; of which kind and script."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from app.icons import icon

REST = 120
"""Milliseconds of quiet before what was typed is looked for."""
KINDS = (
    ("", "Any kind"),
    ("text", "Text"),
    ("byte", "Bytes"),
    ("special", "Special"),
    ("unused", "Unused"),
)
SCRIPTS = (
    "Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Hebrew", "Arabic", "Devanagari", "Bengali",
    "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai", "Lao",
    "Khmer", "Myanmar", "Tibetan", "Mongolian", "Ethiopic", "Han", "Hiragana", "Katakana", "Hangul",
)  # fmt: skip
HINT = "Search: text, /expression/, #id or 0xBYTES"
HELP = (
    "Text is found in any case, with spaces as they are; /^ing$/ is a regular expression; #123 is an id; "
    "0xE4B8 are bytes."
)


class SearchBar(QWidget):
    changed = Signal()
    """Something else is looked for, once typing has paused."""

    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setPlaceholderText(HINT)
        self.line.setToolTip(HELP)
        self.line.setAccessibleName("Search the vocabulary")
        self.line.setAccessibleDescription(HELP)
        self.line.setClearButtonEnabled(True)
        self.line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind of token")
        for key, label in KINDS:
            self.kind.addItem(label, key)
        self.script = QComboBox()
        self.script.setAccessibleName("Script")
        self.script.addItem("Any script", "")
        for name in SCRIPTS:
            self.script.addItem(name, name)
        self.script.addItem("Digits and signs", "Common")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.kind)
        row.addWidget(self.script)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self.changed)
        self.line.textChanged.connect(lambda _: self._timer.start())
        for box in (self.kind, self.script):
            box.currentIndexChanged.connect(lambda _: self.changed.emit())

    def asked(self) -> dict[str, Any]:
        """The fields of `AskVocabulary` that are said here."""
        text = self.line.text()
        regex = len(text) > 1 and text.startswith("/") and text.endswith("/")
        return {
            "query": text[1:-1] if regex else text,
            "regex": regex,
            "kind": self.kind.currentData(),
            "script": self.script.currentData(),
        }

    def state(self) -> dict[str, Any]:
        return {
            "query": self.line.text(),
            "kind": self.kind.currentData(),
            "script": self.script.currentData(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """The reverse of `state`, without a sign of change."""
        for widget in (self.line, self.kind, self.script):
            widget.blockSignals(True)
        self.line.setText(str(state.get("query", "")))
        self.kind.setCurrentIndex(max(0, self.kind.findData(state.get("kind"))))
        self.script.setCurrentIndex(max(0, self.script.findData(state.get("script"))))
        for widget in (self.line, self.kind, self.script):
            widget.blockSignals(False)
