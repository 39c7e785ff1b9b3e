"""Which language models the engine holds in memory: asked after runs, told to whoever shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from core.errors import UserError
from core.generation.memory.job import MODELS_IN_MEMORY
from core.generation.result_parts import Residents
from core.jobs.registry import job_kind
from core.jobs.request import RunSpec

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.memory.result import ModelsInMemoryResult

PANEL = "generation"
"""Of the kinds of job that keep models in memory."""
NAME = "modelsInMemory"


class ModelsInMemory(QObject):
    """One a session: `models_in_memory`."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.setObjectName(NAME)
        self._session = session
        self._due = False
        """Whether a run goes, or went, that may have read models."""
        self.residents = Residents()
        session.queue_changed.connect(self._on_queue)
        session.engine_changed.connect(self._on_engine)

    def refresh(self) -> None:
        """Ask the engine; it answers when the run that goes on is over."""
        self._ask([])

    def unload(self, path: str) -> None:
        """Have a model leave memory."""
        self._ask([path])

    def _ask(self, unload: list[str]) -> None:
        spec = RunSpec(kind=MODELS_IN_MEMORY.kind, request={"unload": unload})
        self._session.ask_engine(spec, then=self._told, failed=lambda _: None, owner=self)

    def _told(self, result: ModelsInMemoryResult) -> None:
        if result.residents != self.residents:
            self.residents = result.residents
            self.changed.emit()

    @Slot()
    def _on_queue(self) -> None:
        running = self._session.running
        if running is not None:
            self._due = self._due or _keeps_models(running.kind)
        elif self._due and self._session.project is not None:
            self._due = False
            self.refresh()

    @Slot(str)
    def _on_engine(self, state: str) -> None:
        """An engine that was started anew has nothing in memory."""
        if state != "ready" and self.residents.models:
            self.residents = Residents()
            self.changed.emit()


def models_in_memory(session: Session) -> ModelsInMemory:
    """The session's own, made when it is first asked for."""
    found = session.findChild(ModelsInMemory, NAME)
    return found if isinstance(found, ModelsInMemory) else ModelsInMemory(session)


def _keeps_models(kind: str) -> bool:
    try:
        return job_kind(kind).panel == PANEL
    except UserError:
        return False
