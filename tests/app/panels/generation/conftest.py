from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.generation.panel import GenerationPanel
from app.session import Session
from core.project.project import Project


@pytest.fixture
def project(open_project: Callable[[], Project]) -> Project:
    return open_project()


@pytest.fixture
def panel(qtbot: QtBot, session: Session, project: Project) -> GenerationPanel:
    theme.current().set_mode("light")
    made = GenerationPanel(session)
    qtbot.addWidget(made)
    made.resize(1_100, 700)
    made.show()
    return made
