from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import crash, desktop
from app.session import Session
from app.window import Window
from core.project.project import Project


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    Project.create(tmp_path / "lab").close()
    return tmp_path / "lab"


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch, session: Session, lab: Path) -> list[str]:
    """Notes when the sample project is asked for."""
    asked: list[str] = []
    monkeypatch.setattr(session, "open_sample", lambda: asked.append("sample"))
    return asked


def test_that_the_first_start_opens_the_sample_project(window: Window, sample: list[str]) -> None:
    desktop.open_first(window, None, safe=False)
    assert sample == ["sample"]


def test_that_the_project_of_the_last_time_opens_again(
    qtbot: QtBot, window: Window, session: Session, sample: list[str], lab: Path
) -> None:
    window.settings.put("project/last", str(lab))
    desktop.open_first(window, None, safe=False)
    qtbot.waitUntil(lambda: session.name == "lab")
    assert not sample


def test_that_a_last_project_that_is_gone_gives_way_to_the_sample(
    window: Window, sample: list[str], tmp_path: Path
) -> None:
    window.settings.put("project/last", str(tmp_path / "unplugged"))
    desktop.open_first(window, None, safe=False)
    assert sample == ["sample"]


def test_that_a_project_asked_for_comes_first(
    qtbot: QtBot, window: Window, session: Session, sample: list[str], lab: Path
) -> None:
    window.settings.put("project/last", "/somewhere/else")
    desktop.open_first(window, lab, safe=False)
    qtbot.waitUntil(lambda: session.name == "lab")


def test_that_a_project_that_ended_the_program_is_not_opened_by_itself(
    qtbot: QtBot, window: Window, session: Session, sample: list[str], lab: Path
) -> None:
    window.settings.put("project/opening", str(lab))
    window.settings.put("project/last", str(lab))
    desktop.open_first(window, None, safe=False)
    assert session.project is None
    assert window.pages.currentWidget() is window.start
    (banner,) = window.banners.shown()
    assert str(lab) in banner.text


def test_that_safe_mode_opens_nothing(window: Window, session: Session, sample: list[str], lab: Path) -> None:
    window.settings.put("project/last", str(lab))
    desktop.open_first(window, None, safe=True)
    assert not sample
    assert window.pages.currentWidget() is window.start


def test_that_a_crash_of_the_last_time_is_told(
    window: Window, sample: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    crash.log_folder().mkdir(parents=True)
    gone = next(pid for pid in range(400_000, 500_000) if not _alive(pid))
    (crash.log_folder() / f"crash-{gone}.log").write_text("Fatal Python error: Aborted")
    desktop.open_first(window, None, safe=False)
    assert [banner.text for banner in window.banners.shown()] == ["Lexigraft ended unexpectedly last time."]


def _alive(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}") if os.path.isdir("/proc") else False  # noqa: PTH110, PTH112
