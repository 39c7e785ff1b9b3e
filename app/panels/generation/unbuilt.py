"""A tool that is not built yet says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from app.panels.tab import Tab
from app.widgets.notice import Notice

if TYPE_CHECKING:
    from app.session import Session


class UnbuiltTab(Tab):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Notice("generation", "This tool is not built yet."))
