"""Why PySide6-Essentials is pinned below 6.12."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


def test_that_fifty_thousand_calls_that_return_nothing_are_survived(qtbot: QtBot) -> None:
    # PySide6 6.12.0 drops one reference to None in each Qt call that returns nothing. On Python 3.11, where
    # None is not immortal yet, the interpreter aborts ("none_dealloc") after about 5,700 of them: within
    # seconds of painting. If the pin is lifted too early, this test takes the test run down with it.
    widget = QWidget()
    qtbot.addWidget(widget)
    for _ in range(50_000):
        widget.update()
    assert widget.isHidden()
