"""Bits per byte along a text."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.byte_curve import NOWHERE, ByteBits, ByteCurve, running_mean, window_for
from app.widgets.pictures import image_of

ONE = ByteBits("prose-bpe", 0, tuple(float(place % 4) for place in range(400)))
TWO = ByteBits("prose-unigram", 1, tuple(2.0 for _ in range(400)))


@pytest.fixture
def curve(qtbot: QtBot) -> ByteCurve:
    theme.current().set_mode("light")
    made = ByteCurve()
    qtbot.addWidget(made)
    made.resize(600, 260)
    made.show()
    made.show_bits([ONE, TWO])
    return made


def test_that_a_mean_is_taken_over_the_last_bytes() -> None:
    found = running_mean(ByteBits("m", 0, (1.0, 2.0, 3.0, 4.0, 5.0)), 4)
    assert list(found.x) == [1, 2, 3, 4, 5]
    assert list(found.y) == [1, 1.5, 2, 2.5, 3.5]


def test_that_buckets_of_bytes_stand_for_their_bytes() -> None:
    found = running_mean(ByteBits("m", 0, (1.0, 2.0, 3.0), width=10, start=100), 20)
    assert list(found.x) == [110, 120, 130]
    assert list(found.y) == [1, 1.5, 2.5]


def test_that_what_was_not_scored_counts_for_nothing_and_a_gap_stays_one() -> None:
    found = running_mean(ByteBits("m", 0, (None, 4.0, None, None, None)), 2)
    assert math.isnan(found.y[0])
    assert list(found.y[1:3]) == [4, 4]
    assert math.isnan(found.y[-1])


def test_that_a_long_text_is_drawn_with_no_more_points_than_a_screen_shows() -> None:
    found = running_mean(ByteBits("m", 0, tuple(1.0 for _ in range(2000))), 64)
    assert len(found.x) <= 601
    assert found.x[-1] == 2000


def test_that_windows_grow_with_the_text() -> None:
    assert [window_for(length) for length in (0, 100, 1_000, 20_000, 10_000_000)] == [8, 8, 32, 512, 4096]


def test_that_hovering_tells_the_values_and_signals_the_bytes(qtbot: QtBot, curve: ByteCurve) -> None:
    said: list[tuple[int, int]] = []
    curve.pointed.connect(lambda start, end: said.append((start, end)))
    place = curve._place(curve._plot(), 200, 1.5).toPoint()
    qtbot.mouseMove(curve, place)
    ((start, end),) = said
    assert end - start == curve.window_bytes == 8
    assert abs(end - 200) <= 2
    assert curve.words(200) == (
        "bytes 192 to 200\nprose-bpe: 1.50 bits per byte\nprose-unigram: 2.00 bits per byte"
    )
    qtbot.mouseMove(curve, QPoint(1, 1))
    assert said[-1] == NOWHERE


def test_that_keys_go_along_and_signal_too(qtbot: QtBot, curve: ByteCurve) -> None:
    curve.setFocus()
    with qtbot.waitSignal(curve.pointed) as told:
        qtbot.keyClick(curve, Qt.Key.Key_Right)
    assert told.args == [0, 2]
    assert "bytes 0 to 2" in curve.accessibleDescription()


def test_that_lit_bytes_are_marked(curve: ByteCurve) -> None:
    plain = image_of(curve, 1)
    curve.light(100, 140)
    lit = image_of(curve, 1)
    plot = curve._plot()
    inside = curve._place(plot, 120, 3.0).toPoint()
    outside = curve._place(plot, 300, 3.0).toPoint()
    y = round(plot.top()) + 3
    assert plain.pixel(inside.x(), y) != lit.pixel(inside.x(), y)
    assert plain.pixel(outside.x(), y) == lit.pixel(outside.x(), y)
    curve.light(*NOWHERE)
    assert image_of(curve, 1) == plain


def test_that_more_is_appended_while_a_text_streams(curve: ByteCurve) -> None:
    curve.show_bits([ByteBits("a", 0, ()), ByteBits("b", 1, ())])
    assert curve.series == ()
    curve.append(1, [1.0, 3.0])
    curve.append(0, [5.0])
    curve.append(1, [2.0])
    assert [(one.name, list(one.y)) for one in curve.series] == [("a", [5]), ("b", [2, 2])]
    assert curve.accessibleDescription() == "bits per byte: a 5.00; b 2.00"


def test_that_it_is_drawn_in_the_dark_too(curve: ByteCurve) -> None:
    light = image_of(curve, 1)
    theme.current().set_mode("dark")
    assert image_of(curve, 1) != light
    theme.current().set_mode("light")
