from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.retrieval.panel import RetrievalPanel
from app.session import Session
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.evaluate.result import EvaluationResult
from tests.app.panels.retrieval import made_up


@pytest.fixture
def project(open_project: Callable[[], Project]) -> Project:
    return open_project()


@pytest.fixture
def panel(qtbot: QtBot, session: Session, project: Project) -> RetrievalPanel:
    theme.current().set_mode("light")
    made = RetrievalPanel(session)
    qtbot.addWidget(made)
    made.resize(1_100, 700)
    made.show()
    return made


@pytest.fixture
def finish(project: Project, panel: RetrievalPanel, tmp_path: Path) -> Callable[..., int]:
    """Record an evaluation that gave a result (with a record of it), and show it; its number."""

    def record(found: EvaluationResult | None = None, kind: str = "retrieval") -> int:
        folder = tmp_path / f"out of {kind}"
        found = (found or made_up.result()).model_copy(update={"out": str(folder)})
        made_up.record(folder, found)
        request = {"collection": str(tmp_path), "systems": ["bm25"]}
        run_id = project.add_run(RunSpec(kind=kind, request=request, title="made up")).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        panel.show_run(project.run(run_id))
        return run_id

    return record
