from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.paired_dots import Pair, PairedDots, PairLegend

PAIRS = (
    Pair("whole text", 1.92, 2.04, strong=True),
    Pair("arithmetic.txt", 1.98, 3.06, "12,800 bytes measured"),
    Pair("a-very-long-name-of-a-text-that-cannot-be-shown-whole.txt", 2.30, 2.28),
    Pair("日本語.txt", 2.62, None),
)


@pytest.fixture
def dots(qtbot: QtBot) -> PairedDots:
    made = PairedDots("Bits per byte by slice", "bits per byte")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show_pairs(PAIRS)
    made.show()
    return made


def test_that_each_row_tells_its_figures(dots: PairedDots) -> None:
    assert dots.words(PAIRS[0]) == "whole text: 1.92 → 2.04 (+0.12) bits per byte"
    assert dots.words(PAIRS[1]).endswith("(+1.08) bits per byte\n12,800 bytes measured")
    assert dots.words(PAIRS[3]) == "日本語.txt: 2.62 → – bits per byte"
    assert all(pair.name in dots.accessibleDescription() for pair in PAIRS)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_discs_and_squares_are_drawn_in_the_themes_colours(dots: PairedDots, mode: theme.Mode) -> None:
    theme.current().set_mode(mode)
    image = dots.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    tokens = theme.tokens()
    assert {QColor(tokens.before).name(), QColor(tokens.after).name()} <= colors


def test_that_the_lower_value_lies_left_of_the_higher(dots: PairedDots) -> None:
    low, high, ticks = dots._scale()
    assert (low, high) == (1.92, 3.06)
    assert ticks == sorted(ticks)
    assert all(low <= tick <= high for tick in ticks)
    assert len(ticks) >= 2


def test_that_rows_are_gone_through_by_key(qtbot: QtBot, dots: PairedDots) -> None:
    for _ in range(2):
        qtbot.keyClick(dots, Qt.Key.Key_Down)
    assert dots.accessibleDescription().startswith("arithmetic.txt")
    qtbot.keyClick(dots, Qt.Key.Key_Up)
    assert dots.accessibleDescription().startswith("whole text")
    qtbot.mouseMove(dots, QPoint(20, 40))


@pytest.mark.parametrize("pairs", [(), (Pair("one", 2.0, 2.0),), (Pair("none", None, None),)])
def test_that_little_or_nothing_can_be_drawn(dots: PairedDots, pairs: tuple[Pair, ...]) -> None:
    dots.show_pairs(pairs)
    dots.grab()
    assert dots.pairs == pairs


def test_that_the_legend_says_in_words_which_is_which(qtbot: QtBot) -> None:
    legend = PairLegend("lower is better")
    qtbot.addWidget(legend)
    legend.grab()
    assert legend.accessibleName() == "A disc is before, a square after; lower is better"
