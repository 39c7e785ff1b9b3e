"""Panels that are not built yet: each says in one sentence what will be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QWidget

from app.panels.panel import Panel
from app.widgets.notice import Notice

if TYPE_CHECKING:
    from app.session import Session


class UnbuiltPanel(Panel):
    sentence: ClassVar[str] = ""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.set_page("", Notice(self.key, self.sentence))


class GenerationPanel(UnbuiltPanel):
    key, title = "generation", "Generation"
    sentence = (
        "Not built yet: here two or more models will write side by side, "
        "down to the exact probabilities of the next byte."
    )
