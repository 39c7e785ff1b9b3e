from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.offers import offers
from app.panels.tabbed import TabbedPanel
from app.start import Offer, StartPage
from app.window import Window
from core.project.project import Project


def test_that_each_offer_has_one_button_and_the_first_is_proposed(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    ran: list[str] = []
    made = [
        Offer("start", name, f"What {name} gives.", name, lambda n=name: ran.append(n)) for name in ("A", "B")
    ]
    page.show_offers("What you can do here", "A sentence.", made)
    first, second = page.findChildren(QPushButton)
    assert [first.property("kind"), second.property("kind")] == ["primary", ""]
    for button in (first, second):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert ran == ["A", "B"]
    assert second.accessibleDescription() == "What B gives."


def test_that_without_a_project_one_can_be_opened_and_with_one_the_sample_is_run(
    window: Window, open_project: Callable[[], Project]
) -> None:
    assert offers(window)[2][0].verb == "Open the sample project"
    open_project()
    assert offers(window)[2][0].verb == "Run the sample graft"


def test_that_the_tokenizer_lab_is_one_of_what_can_be_done(
    window: Window, open_project: Callable[[], Project]
) -> None:
    open_project()
    lab = next(offer for offer in offers(window)[2] if offer.verb == "Open the tokenizer lab")
    lab.run()
    assert window.panel is not None
    assert window.panel.key == "tokenizers"


def beside(page: StartPage) -> bool:
    """Whether the second and the third button stand in one row, under the first."""
    first, second, third = (
        button.mapTo(page, button.rect().topLeft()) for button in page.findChildren(QPushButton)
    )
    return first.y() < second.y() == third.y()


def test_that_the_offers_stand_in_two_columns_where_there_is_room(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.show_offers("Title", "A sentence.", [Offer("start", n, n, n, lambda: None) for n in "ABC"])
    page.show()
    for width, two in ((1_000, True), (600, False)):
        page.resize(width, 600)
        qtbot.waitUntil(lambda two=two: beside(page) is two)


@pytest.mark.parametrize(
    ("verb", "place", "kind"),
    [("Run the sample texts", "generation", "generate"), ("Run the sample search", "retrieval", "retrieval")],
)
def test_that_every_panel_has_a_sample_that_runs_at_once(
    qtbot: QtBot, window: Window, open_project: Callable[[], Project], verb: str, place: str, kind: str
) -> None:
    project = open_project()
    window.session.hold(True)
    window.show()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.start and window.isActiveWindow())
    button = next(one for one in window.start.findChildren(QPushButton) if one.text() == verb)
    button.setFocus()
    button.click()
    assert isinstance(window.panel, TabbedPanel)
    assert window.panel.key == place
    page = window.panel.page
    assert page is not None
    qtbot.waitUntil(lambda: page.run is not None)
    assert [run.kind for run in project.runs()] == [kind]
    assert window.focusWidget() is page.status
