from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.example_line import ExampleLine


@pytest.fixture
def line(qtbot: QtBot) -> ExampleLine:
    made = ExampleLine("Where the token occurs")
    qtbot.addWidget(made)
    made.resize(300, 20)
    made.show()
    return made


@pytest.mark.parametrize(
    ("text", "marked", "stretch"),
    [
        ("O Romeo, wherefore art thou", (8, 18), " wherefore"),
        ("مرحبا بالعالم", (6, 13), "بالعالم"),
        ("👩‍💻🙂 日本語", (3, 4), "🙂"),
        ("<b>bold</b>", (0, 3), "<b>"),
        ("a\tb\n", (1, 2), "⇥"),
    ],
)
def test_that_the_stretch_is_marked_by_characters_in_any_script(
    line: ExampleLine, text: str, marked: tuple[int, int], stretch: str
) -> None:
    line.show_line(text, marked)
    assert line.marked() == stretch
    assert f"«{stretch}»" in line.accessibleDescription()
    line.grab()


def test_that_the_mark_is_seen(line: ExampleLine) -> None:
    line.show_line("wherefore", (0, 9))
    image = line.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert theme.tokens().warning_soft in colors


def test_that_a_long_line_wraps_and_is_cut_after_a_few(qtbot: QtBot, line: ExampleLine) -> None:
    line.show_line("word " * 4, None)
    one = line.height()
    line.show_line("word " * 10_000, (0, 4))
    qtbot.waitUntil(lambda: one < line.height() < 8 * one)
    assert not line.findChildren(QMenu)
