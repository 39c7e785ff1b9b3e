from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.widgets.rank_slope import RankSlope, Slope

SLOPES = (Slope("d1", 1, 9), Slope("d2", None, 1_200), Slope("d3", 4, 4))


@pytest.fixture
def plot(qtbot: QtBot) -> RankSlope:
    made = RankSlope("Ranks")
    qtbot.addWidget(made)
    made.resize(320, 220)
    made.show()
    made.show_slopes(SLOPES, ("Hybrid", "BM25"), (2, 1))
    return made


def test_that_each_line_says_both_ranks(plot: RankSlope) -> None:
    assert [slope.words for slope in plot.slopes] == [
        "d1: rank 1 → rank 9",
        "d2: not found → rank 1,200",
        "d3: rank 4 → rank 4",
    ]
    assert "d2: not found" in plot.accessibleDescription()


def test_that_keys_go_from_line_to_line(qtbot: QtBot, plot: RankSlope) -> None:
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert plot.accessibleDescription() == SLOPES[2].words


def test_that_a_better_rank_lies_higher_and_the_missing_lowest(plot: RankSlope) -> None:
    heights = [plot._y(rank) for rank in (1, 4, 9, 1_200, None)]
    assert heights == sorted(heights)


@pytest.mark.parametrize("slopes", [(), SLOPES[:1], SLOPES])
def test_that_it_can_be_drawn(plot: RankSlope, slopes: tuple[Slope, ...]) -> None:
    plot.show_slopes(slopes, ("a", "b"), (0, 1))
    assert not plot.grab().isNull()
