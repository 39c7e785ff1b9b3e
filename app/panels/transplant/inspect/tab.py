"""Inspect: where any token's row comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from app.panels.tab import Tab
from app.widgets.notice import Notice

if TYPE_CHECKING:
    from app.session import Session

SENTENCE = (
    "Not built yet: here any token's row will say where it comes from: what it was copied or built "
    "from, and what lies near it."
)


class InspectTab(Tab):
    kinds = ()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Notice("transplant", SENTENCE))
