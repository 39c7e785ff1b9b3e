from __future__ import annotations

import itertools

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.scrolled import ScrolledColumn
from app.widgets.words import Words

LONG = "Donaudampfschifffahrtsgesellschaft und viele weitere Wörter, die umgebrochen werden müssen. " * 3


def test_that_it_is_as_high_as_its_lines_at_any_width(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    words = Words(LONG)
    column.addWidget(words)
    page.resize(900, 400)
    page.show()
    wide = words.height()
    page.resize(260, 400)
    qtbot.waitUntil(lambda: words.height() >= 2 * wide)
    words.say("short")
    assert words.height() < wide
    words.say("")
    assert not words.isVisible()


def test_that_a_scrolled_column_cuts_no_words(qtbot: QtBot) -> None:
    scroll = ScrolledColumn()
    qtbot.addWidget(scroll)
    labels = [Words(LONG) for _ in range(6)]
    for label in labels:
        scroll.column.addWidget(label)
    scroll.resize(240, 200)
    scroll.show()
    for label in labels:
        qtbot.waitUntil(lambda label=label: label.height() >= label.heightForWidth(label.width()) - 2)
    pairs = list(itertools.pairwise(labels))
    qtbot.waitUntil(lambda: all(one.geometry().bottom() < other.y() for one, other in pairs))


def test_that_text_is_shown_as_it_is(qtbot: QtBot) -> None:
    words = Words("<img src='file:///etc/passwd'>")
    qtbot.addWidget(words)
    assert words.textFormat() is Qt.TextFormat.PlainText
