"""From nothing to a window: the frame is painted first, everything heavy follows."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import cast

from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app import crash, theme
from app.session import Session
from app.settings import Settings
from app.window import Window
from core.folders import resources_folder

log = logging.getLogger("qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

AFTER_OPENING = 1_500
"""Milliseconds after the first project is open that the panels' modules are imported, in a thread."""


def run(
    *, project: Path | None = None, engine: str = "process", reset_layout: bool = False, safe: bool = False
) -> int:
    """Open the window and serve it until it closes; the exit code.

    Args:
        project: what to open; by default the project of the last time, at first the sample project.
        engine: ``process`` or ``thread``.
        reset_layout: forget where the window was and how it was arranged.
        safe: open no project, and look as at the first start.
    """
    crash.keep_log()
    qInstallMessageHandler(_log_qt)
    settings = Settings(ignore=safe)
    if reset_layout:
        settings.forget("window/place", "window/maximized", "window/rail-collapsed", "window/panel")
    if settings.scale != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", str(settings.scale / 100))
    app = make_application()
    mode = settings.text("view/theme", "system")
    theme.current().set_mode(cast("theme.Mode", mode if mode in ("light", "dark") else "system"))
    session = Session(engine=engine)
    window = Window(session, settings)
    crash.catch_faults(session.report)
    window.first_painted.connect(
        lambda: QTimer.singleShot(0, window, lambda: open_first(window, project, safe=safe)),
        Qt.ConnectionType.SingleShotConnection,
    )
    session.project_changed.connect(
        lambda: QTimer.singleShot(AFTER_OPENING, window, lambda: session.ask(warm, failed=_not_warm)),
        Qt.ConnectionType.SingleShotConnection,
    )
    window.restore_place()
    window.show()
    code = app.exec()
    session.close()
    crash.leave_no_trace()
    return code


def warm() -> None:
    """In a thread: have ready what panels import."""
    from app.panels.warm import warm_up

    warm_up()


def _not_warm(error: Exception) -> None:
    """The panel's own visit will tell it."""
    log.warning("panels could not be imported ahead", exc_info=error)


def make_application() -> QApplication:
    """The `QApplication`, named and in its theme."""
    QApplication.setApplicationName("Lexigraft")
    QApplication.setDesktopFileName("lexigraft")
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(["lexigraft"])
    app.setWindowIcon(QIcon(str(resources_folder() / "icons" / "lexigraft.svg")))
    theme.current()
    return app


def open_first(window: Window, project: Path | None, *, safe: bool) -> None:
    """What the window shows first: what was asked for, the project of the last time, or the sample.

    A project that was being opened when Lexigraft ended unexpectedly is not opened by itself again.
    """
    session, settings = window.session, window.settings
    trace = crash.last_crash()
    if trace is not None:
        show = window.commands.action("help.log").trigger
        window.banners.say("Lexigraft ended unexpectedly last time.", "warning", ("Show the log", show))
    unfinished = settings.text("project/opening")
    last = settings.text("project/last")
    if safe:
        window.show_start()
    elif project is not None:
        window.open_project(project)
    elif unfinished:
        settings.forget("project/opening")
        window.show_start()
        window.banners.say(
            f"Lexigraft ended while it opened {unfinished}, so that was left closed.",
            "warning",
            ("Open it now", lambda: window.open_project(Path(unfinished))),
        )
    elif last and Path(last).is_dir():
        window.open_project(Path(last))
    else:
        session.open_sample()


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
