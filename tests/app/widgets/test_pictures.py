from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app import theme
from app.session import Session
from app.widgets.paired_dots import Pair, PairedDots
from app.widgets.pictures import export_picture, fill_picture_menu
from tests.app.conftest import RecordedDialogs


@pytest.fixture
def plot(qtbot: QtBot) -> PairedDots:
    made = PairedDots("Bits per byte", "bits per byte")
    qtbot.addWidget(made)
    made.resize(300, 100)
    made.show_pairs([Pair("prose.txt", 1.92, 2.04)])
    return made


def test_that_a_picture_is_twice_as_large_and_on_the_cards_colour(
    qtbot: QtBot, session: Session, plot: PairedDots, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "bits.png"
    dialogs.foresee("save_file", path)
    with qtbot.waitSignal(session.message) as said:
        export_picture(plot, session)
    assert said.args == [f"Exported to {path}.", "success"]
    image = QImage(str(path))
    assert (image.width(), image.height()) == (2 * plot.width(), 2 * plot.height())
    assert image.pixelColor(1, 1).name() == theme.tokens().surface


def test_that_a_drawing_holds_the_words_as_words(
    qtbot: QtBot, session: Session, plot: PairedDots, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    dialogs.foresee("save_file", tmp_path / "bits.svg")
    with qtbot.waitSignal(session.message):
        export_picture(plot, session)
    drawing = (tmp_path / "bits.svg").read_text(encoding="utf-8")
    assert "<svg" in drawing
    assert "prose.txt" in drawing


def test_that_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, session: Session, plot: PairedDots, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    dialogs.foresee("save_file", tmp_path / "nowhere" / "bits.png")
    with qtbot.waitSignal(session.message) as said:
        export_picture(plot, session)
    assert "cannot be written" in said.args[0]
    assert said.args[1] == "error"


def test_that_no_answer_writes_nothing(session: Session, plot: PairedDots, dialogs: RecordedDialogs) -> None:
    dialogs.foresee("save_file", None)
    export_picture(plot, session)


def test_that_the_picture_can_be_copied(qtbot: QtBot, session: Session, plot: PairedDots) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    fill_picture_menu(menu, plot, session)
    copy = next(action for action in menu.actions() if action.text() == "Copy the picture")
    copy.trigger()
    assert QGuiApplication.clipboard().image().width() == 2 * plot.width()
