from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.panels.runs.panel import RunsPanel
from app.session import Session
from core.project.project import Project
from tests.app.panels.runs.grafting import Lab


@pytest.fixture
def lab(open_project: Callable[[], Project]) -> Lab:
    return Lab(open_project())


@pytest.fixture
def show(qtbot: QtBot, session: Session, lab: Lab) -> Callable[[], RunsPanel]:
    """Makes the panel, and waits until it shows the runs there are."""

    def make() -> RunsPanel:
        panel = RunsPanel(session)
        qtbot.addWidget(panel)
        panel.resize(1000, 700)
        panel.show()
        expected = len(lab.project.runs())
        qtbot.waitUntil(lambda: panel.model.total == expected and not panel.feed.loading)
        return panel

    return make
