from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__ as door

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "pandas", "pyqtgraph", "alembic", "sqlalchemy.orm", "pydantic", "numpy")
FIRST_WINDOW = """
import json, sys
from PySide6.QtWidgets import QApplication
from app import desktop

def at_first_paint(window, project, *, safe):
    print(json.dumps(sorted(sys.modules)))
    QApplication.quit()

desktop.open_first = at_first_paint
sys.exit(desktop.run())
"""


@pytest.mark.story
def test_that_the_first_window_is_painted_before_anything_heavy_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_WINDOW],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert "app.window" in loaded
    assert not loaded.intersection(HEAVY)


@pytest.mark.parametrize(
    ("arguments", "desktop"),
    [
        (["--engine", "thread"], True),
        (["--project", "somewhere", "--safe"], True),
        (["--reset-layout"], True),
        (["lab/project.lexigraft"], True),
        (["transplant", "--base", "a"], False),
        (["--project", "somewhere", "runs", "list"], False),
        (["--self-test"], False),
        (["--help"], False),
        (["--engine", "dream"], False),
    ],
)
def test_that_only_the_windows_own_options_and_a_project_file_open_the_window(
    arguments: list[str], desktop: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import core.cli

    monkeypatch.setattr(core.cli, "main", lambda argv, **_: 7)
    monkeypatch.setattr(door, "_has_display", lambda: True)
    monkeypatch.setattr(door, "_desktop", lambda argv: 8)
    assert door.main(arguments) == (8 if desktop else 7)


def test_that_without_a_display_the_sample_graft_runs_headless(monkeypatch: pytest.MonkeyPatch) -> None:
    import core.sample

    for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(core.sample, "run_headless", lambda control: 5)
    assert door.main([]) == 5
