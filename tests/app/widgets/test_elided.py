from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.widgets.elided_combo import ElidedCombo
from app.widgets.elided_label import ElidedLabel

LONG = "Hybrid of a very long name that fits nowhere"


def test_that_a_label_is_cut_and_told_whole(qtbot: QtBot) -> None:
    label = ElidedLabel("muted")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    label.say(LONG)
    assert label.text().endswith("…")
    assert label.accessibleName() == LONG
    label.resize(800, 20)
    assert label.text() == LONG


def test_that_a_list_is_cut_and_told_whole(qtbot: QtBot) -> None:
    box = ElidedCombo("First system")
    qtbot.addWidget(box)
    box.setPlaceholderText("Choose one")
    box.addItems([LONG, "BM25"])
    box.resize(100, 30)
    box.show()
    box.setCurrentIndex(0)
    assert LONG in box.toolTip()
    for index in (-1, 0, 1):
        box.setCurrentIndex(index)
        assert not box.grab().isNull()
