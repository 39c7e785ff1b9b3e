"""`Tab`: what every tool of a panel with several is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.run_page import RunPage
    from core.project.records import RunRecord


class Tab(QWidget):
    """Made when it is first shown, in ``__init__(session)``: in less than 100 ms.

    What it asks of tokenizers at once goes through ``session.live``, everything else as in any panel.
    It never imports torch.
    """

    kinds: ClassVar[tuple[str, ...]] = ()
    """The jobs whose runs it shows: ``("train-tokenizer",)``."""

    wanted = Signal(str, object)
    """Another tab, by its key, and what that is to `take`, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.page: RunPage | None = None
        """The setup and the result, in a tab that runs jobs: the panel's commands act on it."""

    def state(self) -> dict[str, Any]:
        """How it was left, as JSON data."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """The reverse of `state`; bears what an older version wrote. Called once; at first with ``{}``."""

    def show_run(self, run: RunRecord) -> None:
        """Show a run of one of `kinds`; it has its result, if it has finished."""

    def drop(self, paths: list[Path]) -> bool:
        """Take what was dropped on the window; False when it is nothing for this tab."""
        return False

    def take(self, what: Any) -> None:
        """Take what another tab of the panel sends: paths, as if they were dropped here."""
        self.drop(what)
