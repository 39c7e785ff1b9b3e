from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.models_in_memory import models_in_memory
from core.generation.memory.result import ModelsInMemoryResult
from core.generation.result_parts import Resident, Residents
from core.jobs.request import RunSpec
from core.project.project import Project

THERE = Residents(models=[Resident(path="/m", name="m", bytes=5, dtype="float32", device="cpu")])


@pytest.fixture
def asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[RunSpec]:
    """The engine answers at once that one model is there."""
    found: list[RunSpec] = []

    def ask(spec: RunSpec, *, then: Callable[[Any], None], **more: Any) -> None:
        found.append(spec)
        then(ModelsInMemoryResult(residents=THERE))

    monkeypatch.setattr(session, "ask_engine", ask)
    return found


def run(session: Session, monkeypatch: pytest.MonkeyPatch, kind: str | None) -> None:
    running = None if kind is None else SimpleNamespace(kind=kind)
    monkeypatch.setattr(Session, "running", property(lambda self: running))
    session.queue_changed.emit()


def test_that_it_is_one_for_all_who_show_it(session: Session) -> None:
    assert models_in_memory(session) is models_in_memory(session)


def test_that_the_engine_is_asked_after_a_run_that_keeps_models(
    qtbot: QtBot,
    session: Session,
    open_project: Callable[[], Project],
    asked: list[RunSpec],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_project()
    memory = models_in_memory(session)
    run(session, monkeypatch, "transplant")
    run(session, monkeypatch, None)
    assert asked == []
    run(session, monkeypatch, "generate")
    with qtbot.waitSignal(memory.changed):
        run(session, monkeypatch, None)
    assert asked[0].kind == "models-in-memory"
    assert memory.residents == THERE


def test_that_an_engine_that_died_has_nothing_in_memory(
    qtbot: QtBot, session: Session, asked: list[RunSpec]
) -> None:
    memory = models_in_memory(session)
    memory.refresh()
    assert memory.residents == THERE
    with qtbot.waitSignal(memory.changed):
        session.engine_changed.emit("starting")
    assert memory.residents.models == []
