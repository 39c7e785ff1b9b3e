from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.panels import PLACES
from app.panels.panel import Panel
from app.session import Session


class TwoTools(Panel):
    key, title, tabs = "two", "Two", (("first", "First"), ("second", "Second"))

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        for name, title in self.tabs:
            self.set_page(name, QLabel(title))


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> TwoTools:
    made = TwoTools(session)
    qtbot.addWidget(made)
    made.show()
    return made


def page(panel: Panel) -> str:
    shown = panel.pages.currentWidget()
    assert isinstance(shown, QLabel)
    return shown.text()


def test_that_tabs_show_their_pages_by_mouse_and_keyboard(qtbot: QtBot, panel: TwoTools) -> None:
    assert page(panel) == "First"
    with qtbot.waitSignal(panel.tab_changed) as changed:
        qtbot.mouseClick(panel.tab_bar, Qt.MouseButton.LeftButton, pos=panel.tab_bar.tabRect(1).center())
    assert (page(panel), changed.args) == ("Second", ["second"])
    qtbot.keyClick(panel.tab_bar, Qt.Key.Key_Left)
    assert page(panel) == "First"


def test_that_no_title_moves_when_another_is_chosen(panel: TwoTools) -> None:
    def places() -> list[QRect]:
        return [panel.tab_bar.tabRect(place) for place in (0, 1)]

    before = places()
    panel.select_tab("second")
    assert [abs(now.left() - then.left()) <= 1 for now, then in zip(places(), before, strict=True)] == [
        True
    ] * 2


def test_that_the_keys_stay_with_the_tabs_where_a_page_has_no_place_for_them(
    qtbot: QtBot, panel: TwoTools
) -> None:
    first = QPushButton("Go")
    panel.set_page("first", first)
    first.show()
    qtbot.waitUntil(lambda: panel.isActiveWindow() and first.isVisible())
    first.setFocus()
    panel.select_tab("second")
    assert panel.focusWidget() is panel.tab_bar


def test_that_a_view_comes_back_and_an_older_one_is_borne(panel: TwoTools) -> None:
    panel.select_tab("second")
    state = panel.view_state()
    panel.select_tab("first")
    panel.restore_view(state)
    assert panel.tab == "second"
    for strange in ({}, {"tab": "gone"}, {"tab": 3, "more": []}):
        panel.restore_view(strange)
    assert panel.tab == "second"


def test_that_a_page_can_be_replaced_while_another_is_shown(panel: TwoTools) -> None:
    panel.select_tab("second")
    panel.set_page("first", QLabel("Anew"))
    assert page(panel) == "Second"
    panel.select_tab("first")
    assert page(panel) == "Anew"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.key)
def test_that_every_place_loads_a_panel_of_its_name(place: object) -> None:
    panel = place.load()  # type: ignore[attr-defined]
    assert (panel.key, panel.title) == (place.key, place.title)  # type: ignore[attr-defined]
