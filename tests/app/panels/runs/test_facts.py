from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.runs.facts import MOST, Cell, Facts
from app.session import Session
from app.widgets.table import RAW


def test_that_it_is_as_high_as_what_it_tells_and_gone_when_there_is_nothing(
    qtbot: QtBot, session: Session
) -> None:
    facts = Facts(session, "Files")
    qtbot.addWidget(facts)
    facts.show_table(("", "size"), [(Cell("a"), Cell("64 kB", 64_000, "64,000 bytes"))])
    low = facts.table.height()
    facts.show_table(("", "size"), [(Cell(str(n)), Cell("1 B", 1)) for n in range(MOST)])
    high = facts.table.height()
    facts.show_table(("", "size"), [(Cell(str(n)), Cell("1 B", 1)) for n in range(MOST * 2)])
    assert low < high == facts.table.height()
    facts.show_table(("", ""), [])
    assert facts.isHidden()


def test_that_figures_are_at_the_right_and_copied_raw(qtbot: QtBot, session: Session) -> None:
    facts = Facts(session, "Files")
    qtbot.addWidget(facts)
    facts.show_table(("", ""), [(Cell("a"), Cell("64 kB", 64_000, "64,000 bytes"))])
    size = facts.model.index(0, 1)
    assert size.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert size.data(RAW) == 64_000
    assert size.data(Qt.ItemDataRole.ToolTipRole) == "64,000 bytes"
    facts.show_table(("", ""), [(Cell("a"), Cell("words"))])
    words = facts.model.index(0, 1)
    assert words.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft
