"""Heal: a short training after the transplant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from app.panels.tab import Tab
from app.widgets.notice import Notice

if TYPE_CHECKING:
    from app.session import Session

SENTENCE = (
    "Not built yet: here you will train a transplanted model for a short while, and see how much of the "
    "loss that takes back."
)


class HealTab(Tab):
    kinds = ("heal",)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Notice("transplant", SENTENCE))
