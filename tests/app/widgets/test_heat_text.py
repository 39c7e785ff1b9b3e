from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.widgets.heat_text import HeatText, Part

TEXT = "𝄞 blade of\nsteel"
PARTS = (Part(0, 0, None), Part(2, 7, 0.4), Part(8, 10, -0.1), Part(11, 16, 0.05))


@pytest.fixture
def heat(qtbot: QtBot) -> HeatText:
    made = HeatText("The document")
    qtbot.addWidget(made)
    made.resize(400, 60)
    made.show()
    made.show_parts(TEXT, PARTS)
    return made


def test_that_parts_say_what_they_count(heat: HeatText) -> None:
    assert [heat.words(part) for part in PARTS] == [
        "a special token",
        "blade: +0.400",
        "of: −0.100",
        "steel: +0.050",
    ]
    assert heat.accessibleDescription().startswith("blade: +0.400; steel")


def test_that_keys_go_from_part_to_part(qtbot: QtBot, heat: HeatText) -> None:
    with qtbot.waitSignal(heat.pointed) as pointed:
        qtbot.keyClick(heat, Qt.Key.Key_Right)
    assert pointed.args == [1]
    assert heat.accessibleDescription() == "blade: +0.400"
    qtbot.keyClick(heat, Qt.Key.Key_Left)
    assert heat.accessibleDescription() == "blade: +0.400"


def test_that_the_part_under_the_pointer_is_found_behind_wide_characters(heat: HeatText) -> None:
    layout = heat._layout()
    line = layout.lineAt(0)
    x = line.cursorToX(len("𝄞 bla".encode("utf-16-le")) // 2)
    place = float(x[0] if isinstance(x, tuple) else x)
    assert heat._part_at(QPointF(place, line.y() + line.height() / 2)) == 1


def test_that_it_can_be_drawn_marked_and_emptied(heat: HeatText) -> None:
    heat.mark([1])
    assert not heat.grab().isNull()
    heat.show_parts("", ())
    assert heat.grab().isNull()
