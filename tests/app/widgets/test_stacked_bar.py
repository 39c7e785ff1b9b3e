from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.widgets.stacked_bar import Part, StackedBar

PARTS = (
    Part("exact", "copied", 4_730, "copied"),
    Part("special", "by role", 1, "role", "Begin and end."),
    Part("byte", "by byte", 0, "byte"),
    Part("method", "approximated", 3_421, "approximated"),
)


@pytest.fixture
def bar(qtbot: QtBot) -> StackedBar:
    made = StackedBar("Where the rows come from")
    qtbot.addWidget(made)
    made.resize(400, 60)
    made.show_parts(PARTS)
    made.show()
    return made


def test_that_parts_share_the_width_and_the_least_can_still_be_seen(bar: StackedBar) -> None:
    spans = bar.spans()
    assert len(spans) == 3
    assert spans[1].width() >= 2
    assert spans[0].width() / spans[2].width() == pytest.approx(4_730 / 3_421, rel=0.02)
    assert spans[-1].right() == pytest.approx(bar.width() - 1)


def test_that_each_part_tells_its_figures(bar: StackedBar) -> None:
    assert bar.words(PARTS[0]) == "copied: 4,730 of 8,152 (58.0 %)"
    assert bar.words(PARTS[1]) == "by role: 1 of 8,152 (0.0 %)\nBegin and end."
    assert "approximated: 3,421" in bar.accessibleDescription()


def test_that_a_part_is_chosen_by_click_and_by_key(qtbot: QtBot, bar: StackedBar) -> None:
    with qtbot.waitSignal(bar.part_chosen) as chosen:
        place = bar.spans()[2].center().toPoint()
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["method"]
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert bar.accessibleName() == "Where the rows come from: copied: 4,730 of 8,152 (58.0 %)"
    with qtbot.waitSignal(bar.part_chosen) as chosen:
        qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert chosen.args == ["exact"]


def test_that_legends_go_on_in_a_second_row_where_there_is_no_room(qtbot: QtBot, bar: StackedBar) -> None:
    one_row = bar.height()
    bar.resize(160, bar.height())
    qtbot.waitUntil(lambda: bar.height() > one_row)


def test_that_nothing_takes_no_room(bar: StackedBar) -> None:
    bar.show_parts(())
    assert bar.height() == 0
    bar.grab()
