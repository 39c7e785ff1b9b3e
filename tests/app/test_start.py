from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.offers import offers
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
