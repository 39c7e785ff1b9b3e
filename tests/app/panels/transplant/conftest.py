from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.transplant.graft.tab import GraftTab
from app.panels.transplant.panel import TransplantPanel
from app.session import Session
from core.errors import UserError
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.transplant.result import TransplantResult
from tests.app.panels.transplant import made_up


@pytest.fixture
def project(open_project: Callable[[], Project]) -> Project:
    return open_project()


@pytest.fixture
def panel(qtbot: QtBot, session: Session, project: Project) -> TransplantPanel:
    theme.current().set_mode("light")
    made = TransplantPanel(session)
    qtbot.addWidget(made)
    made.resize(1_100, 700)
    made.show()
    return made


@pytest.fixture
def tab(panel: TransplantPanel, monkeypatch: pytest.MonkeyPatch) -> GraftTab:
    """The Transplant tab with an empty form, as where there are no starters to propose."""

    def missing() -> RunSpec:
        raise UserError("The sample's texts cannot be found; install Lexigraft again.")

    monkeypatch.setattr("core.sample.sample_spec", missing)
    made = panel.made("transplant")
    assert isinstance(made, GraftTab)
    return made


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return made_up.model(tmp_path / "models" / "base", "Ġwhere", "fore")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return made_up.model(tmp_path / "models" / "target", "Ġwherefore")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "prose.txt"
    path.write_text("wherefore the king of the west " * 20)
    return path


@pytest.fixture
def spec(base: Path, target: Path, text: Path) -> RunSpec:
    request = {
        "base": str(base),
        "target_tokenizer": str(target),
        "method": {"name": "omp", "k": 2},
        "text": [str(text)],
    }
    return RunSpec(kind="transplant", request=request, seed=5, title="base → target · OMP k 2")


@pytest.fixture
def finish(project: Project, spec: RunSpec) -> Callable[[TransplantResult], int]:
    """Record a run that gave a result; its number."""

    def record(result: TransplantResult) -> int:
        run_id = project.add_run(spec).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=result.model_dump(mode="json"))).result()
        return run_id

    return record
