from __future__ import annotations

import logging
import time

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.heartbeat import STALL, Heartbeat


def test_that_a_stall_of_the_main_thread_is_measured_and_logged(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    heart = Heartbeat()
    heart.start()
    slept: list[int] = []
    QTimer.singleShot(20, lambda: (time.sleep(STALL + 0.05), slept.append(1)))
    with caplog.at_level(logging.WARNING):
        qtbot.waitUntil(lambda: bool(slept) and bool(caplog.records))
    beats = heart.stop()
    assert not heart.running
    assert beats.longest > STALL
    assert beats.median < STALL
    assert "stood still" in caplog.text
    heart.deleteLater()


def test_that_nothing_measured_is_no_fault(qtbot: QtBot) -> None:
    heart = Heartbeat()
    assert heart.stop().count == 0
    heart.deleteLater()
