from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.widgets.card import Card
from app.widgets.scrolled import ScrolledColumn
from app.widgets.segmented import Segmented


def test_that_what_stands_beside_the_title_goes_below_it_where_there_is_no_room(qtbot: QtBot) -> None:
    page, card = ScrolledColumn(), Card("How alike neighbouring states are")
    switch = Segmented("View", (("raw", "Raw figures"), ("centred", "Centred"), ("table", "Table")))
    card.head.addWidget(switch)
    card.column.addWidget(QLabel("…"))
    page.column.addWidget(card)
    qtbot.addWidget(page)
    page.show()
    for width, below in ((700, False), (330, True), (700, False)):
        page.resize(width, 300)
        qtbot.waitUntil(lambda below=below: (switch.y() > card.title.geometry().bottom()) is below)
        assert page.horizontalScrollBar().maximum() == 0
        assert switch.width() <= switch.sizeHint().width()
