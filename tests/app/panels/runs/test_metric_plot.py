from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.runs.metric_plot import MetricPlot, Series
from app.session import Session
from tests.app.conftest import RecordedDialogs

ROWS = ["prose.txt", "日本語.txt", "<b>tags</b> and a name that is far too long for an axis"]
SERIES = [Series("run 7", (2.21, 3.35, None)), Series("run 12", (2.04, 3.41, float("nan")))]


@pytest.fixture
def plot(qtbot: QtBot, session: Session) -> MetricPlot:
    made = MetricPlot(session)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    made.show_figures("bits per byte (lower is better)", ROWS, SERIES)
    return made


def test_that_it_is_told_in_words_too(plot: MetricPlot) -> None:
    words = plot.accessibleDescription()
    assert "run 7: prose.txt 2.210, 日本語.txt 3.350" in words
    assert "run 12: prose.txt 2.040" in words


def test_that_every_run_has_a_colour_of_its_own_in_both_themes(plot: MetricPlot) -> None:
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = memoryview(image.constBits()).cast("I")
        colours = {f"#{pixel & 0xFFFFFF:06x}" for pixel in set(pixels)}
        assert {theme.tokens().series[0], theme.tokens().series[1], theme.tokens().surface} <= colours
    theme.current().set_mode("light")


def test_that_one_value_or_none_can_be_shown(plot: MetricPlot) -> None:
    plot.show_figures("matched", ["run 7"], [Series("matched", (4771.0,))])
    assert plot.legend.isHidden()
    plot.show_figures("nothing", ["run 7"], [Series("nothing", (None,))])
    plot.show_figures("nothing", [], [])
    assert plot.accessibleName() == "nothing"


def test_that_it_is_exported_as_a_drawing_or_a_picture(
    qtbot: QtBot, plot: MetricPlot, session: Session, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    for name in ("plot.svg", "plot.png"):
        plot.customContextMenuRequested.emit(QPoint(10, 10))
        menu = plot.findChildren(QMenu)[-1]
        dialogs.foresee("save_file", tmp_path / name)
        with qtbot.waitSignal(session.message) as said:
            next(action for action in menu.actions() if action.text().startswith("Export")).trigger()
        assert said.args[1] == "success"
        menu.close()
    assert (tmp_path / "plot.svg").read_text().startswith("<?xml")
    assert QImage(str(tmp_path / "plot.png")).width() >= 500
