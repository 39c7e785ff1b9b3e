from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.panels.assets import AssetsPanel
from app.session import Session
from core.project.project import Project
from tests.app.conftest import RecordedDialogs

Open = Callable[[], Project]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "texts" / "prose.txt"
    path.parent.mkdir()
    path.write_text("It was the best of times.")
    return path


@pytest.fixture
def project(open_project: Open, text: Path) -> Project:
    project = open_project()
    project.add_asset(text, "text").result()
    project.add_asset(text.parent / "gone-model", "model", "A model").result()
    return project


@pytest.fixture
def panel(qtbot: QtBot, session: Session, project: Project) -> AssetsPanel:
    made = AssetsPanel(session)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: len(rows(made)) == 2)
    return made


def rows(panel: AssetsPanel) -> list[list[str]]:
    model = panel.table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_that_it_tells_kind_what_where_and_whether_it_is_there(panel: AssetsPanel, text: Path) -> None:
    assert rows(panel) == [
        ["Model", "A model", str(text.parent / "gone-model"), "missing"],
        ["Text", "prose.txt", str(text), "yes"],
    ]


def test_that_a_missing_one_is_relinked_and_shown_as_there(
    qtbot: QtBot, panel: AssetsPanel, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "moved").mkdir()
    dialogs.foresee("open_folder", tmp_path / "moved")
    panel.table.selectRow(0)
    panel.relink()
    qtbot.waitUntil(lambda: rows(panel)[0][2:] == [str(tmp_path / "moved"), "yes"])
    assert panel.selected is not None
    assert panel.selected.kind == "model"


def test_that_forgetting_touches_no_file_and_can_be_undone(
    qtbot: QtBot, panel: AssetsPanel, session: Session, project: Project, text: Path
) -> None:
    panel.table.selectRow(1)
    panel.forget()
    qtbot.waitUntil(lambda: len(rows(panel)) == 1)
    assert text.is_file()
    session.follow(project.undo())
    qtbot.waitUntil(lambda: len(rows(panel)) == 2)


def test_that_the_nearest_folder_that_is_there_is_opened(
    panel: AssetsPanel, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    panel.table.selectRow(0)
    panel.reveal()
    assert [url.toLocalFile() for url in opened] == [str(text.parent)]


def test_that_the_filter_takes_plain_text(panel: AssetsPanel) -> None:
    panel._filter.setText("PROSE.txt")
    assert [row[1] for row in rows(panel)] == ["prose.txt"]
    panel._filter.setText("[*(")
    assert rows(panel) == []


def test_that_nothing_can_be_done_before_something_is_chosen(panel: AssetsPanel) -> None:
    assert not any(command.enabled() for command in panel.commands())
    panel.table.selectRow(0)
    assert all(command.enabled() for command in panel.commands())
