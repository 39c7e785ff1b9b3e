from __future__ import annotations

from PySide6.QtGui import QTextDocument

from app.widgets.tooltip import tooltip


def test_that_tags_and_lines_are_shown_as_they_are() -> None:
    words = '<img src="file:///etc/hostname"> & <b>bold</b>\n  second line'
    shown = QTextDocument()
    shown.setHtml(tooltip(words))
    assert shown.toPlainText() == words.replace("\n", "\u2028") or shown.toPlainText() == words
    assert tooltip("") == ""
