from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.rail import Rail, RailButton


def made(qtbot: QtBot) -> Rail:
    rail = Rail([("runs", "Runs"), ("assets", "Assets")])
    qtbot.addWidget(rail)
    rail.show()
    return rail


def buttons(rail: Rail) -> dict[str, RailButton]:
    return {button.key: button for button in rail.findChildren(RailButton)}


def test_that_space_on_a_place_selects_it(qtbot: QtBot) -> None:
    rail = made(qtbot)
    with qtbot.waitSignal(rail.selected) as went:
        qtbot.keyClick(buttons(rail)["assets"], Qt.Key.Key_Space)
    assert went.args == ["assets"]


def test_that_a_place_outside_the_rail_leaves_none_marked(qtbot: QtBot) -> None:
    rail = made(qtbot)
    rail.select("runs")
    assert buttons(rail)["runs"].isChecked()
    rail.select("")
    assert not any(button.isChecked() for button in buttons(rail).values())


def test_that_names_and_counts_are_there_for_a_screen_reader_when_folded(qtbot: QtBot) -> None:
    rail = made(qtbot)
    rail.set_count("runs", 1_400)
    wide = rail.width()
    rail.set_collapsed(True)
    button = buttons(rail)["runs"]
    assert rail.width() < wide
    assert button.text() == ""
    assert button.toolTip() == "Runs"
    assert button.accessibleName() == "Runs, 1,400"
