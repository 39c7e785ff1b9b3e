from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.widgets.interval_dots import Interval, IntervalDots

ROWS = (
    Interval("Hybrid", 2, 0.45, 0.421, 0.479, "surely better than 1 of the others"),
    Interval("BM25", 1, 0.399),
)


@pytest.fixture
def dots(qtbot: QtBot) -> IntervalDots:
    made = IntervalDots("nDCG@10")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    made.show_rows(ROWS)
    return made


def test_that_a_row_says_its_value_and_its_interval(dots: IntervalDots) -> None:
    assert dots.words(ROWS[0]) == (
        "Hybrid: 0.450, 95 % from 0.421 to 0.479\nsurely better than 1 of the others"
    )
    assert dots.words(ROWS[1]) == "BM25: 0.399"
    assert "BM25: 0.399" in dots.accessibleDescription()


def test_that_keys_go_from_row_to_row(qtbot: QtBot, dots: IntervalDots) -> None:
    qtbot.keyClick(dots, Qt.Key.Key_Down)
    qtbot.keyClick(dots, Qt.Key.Key_Down)
    assert dots.accessibleDescription() == "BM25: 0.399"


@pytest.mark.parametrize("rows", [(), ROWS[1:], ROWS])
def test_that_it_can_be_drawn(dots: IntervalDots, rows: tuple[Interval, ...]) -> None:
    dots.show_rows(rows)
    assert not dots.grab().isNull()
