"""What the window adds to ``lexigraft --self-test``: it opens, unseen, and so does every panel."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from core.self_test import Check

PATIENCE = 60.0
"""Seconds to wait for anything that the window does."""


def checks() -> list[Check]:
    return [Check("window", _window)]


def _window(folder: Path) -> str:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from app.desktop import make_application
    from app.panels import PLACES
    from app.session import Session
    from app.settings import Settings
    from app.window import Window

    app = QApplication.instance() or make_application()

    def wait_for(condition: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            app.processEvents()
            if time.monotonic() > until:
                raise TimeoutError(f"{what} did not come within {PATIENCE:.0f} s")

    began = time.monotonic()
    session = Session(engine="process")
    window = Window(session, Settings(ignore=True))
    painted: list[float] = []
    window.first_painted.connect(lambda: painted.append(time.monotonic() - began))
    try:
        window.show()
        wait_for(lambda: painted, "the first window")
        session.open_sample()
        wait_for(lambda: session.project, "the sample project")
        for place in PLACES:
            window.go(place.key)
            if window.panel is None or window.grab().isNull():
                raise RuntimeError(f"the panel {place.title} draws nothing")
            app.processEvents()
    finally:
        window.hide()
        session.close()
        window.deleteLater()
        app.processEvents()
    return f"painted after {painted[0]:.2f} s, {len(PLACES)} places open"
