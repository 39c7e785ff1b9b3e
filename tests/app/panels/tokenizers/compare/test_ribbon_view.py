from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.tokenizers.compare.ribbon_view import RibbonRow, RibbonView
from tests.app.panels.tokenizers.compare.conftest import ribbon


def rows(text: str, *names: str) -> list[RibbonRow]:
    return [RibbonRow(name, number, ribbon(Path(name), text)) for number, name in enumerate(names)]


@pytest.fixture
def view(qtbot: QtBot) -> RibbonView:
    theme.current().set_mode("light")
    made = RibbonView()
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    made.show_rows("abcdefgh", rows("abcdefgh", "bytes", "pairs", "fours"))
    return made


def drawn(view: RibbonView) -> QImage:
    return view.viewport().grab().toImage()


def middle(view: RibbonView, row: int, token: int) -> QPoint:
    area = view._area_of(row, token)
    assert area is not None
    return area.center() - QPoint(0, view.verticalScrollBar().value())


def test_that_pointing_at_a_token_lights_the_same_bytes_in_every_row(qtbot: QtBot, view: RibbonView) -> None:
    before = drawn(view)
    with qtbot.waitSignal(view.pointed) as pointed:
        qtbot.mouseMove(view.viewport(), middle(view, 1, 1))
    assert pointed.args[:2] == [1, 1]
    assert set(view.lit()) == {(1, 1), (0, 2), (0, 3), (2, 0)}
    assert view.piece(1, 1) == b"cd"
    assert drawn(view) != before


def test_that_boxes_of_the_same_first_byte_begin_at_the_same_place(view: RibbonView) -> None:
    lefts = [view._area_of(row, token) for row, token in ((0, 4), (1, 2), (2, 1))]
    assert len({area.left() for area in lefts if area is not None}) == 1
    view.set_mode("reading")
    lefts = [view._area_of(row, token) for row, token in ((0, 4), (1, 2), (2, 1))]
    assert len({area.left() for area in lefts if area is not None}) == 3


def test_that_arrow_keys_go_from_token_to_token_and_from_row_to_row(qtbot: QtBot, view: RibbonView) -> None:
    view.setFocus()
    keys = (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down)
    went = []
    for key in (*keys, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
        went.append(view.at)
    assert went == [(0, 0), (0, 1), (0, 2), (1, 1), (2, 0), (1, 0), (1, 0)]
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.at is None


def test_that_a_long_text_is_laid_out_only_as_far_as_it_is_seen(view: RibbonView) -> None:
    text = "abcdefgh " * 2_000
    view.show_rows(text, rows(text, "bytes", "fours"))
    assert view.height() <= view.most
    assert not view._complete
    laid_out = view._bottom
    assert laid_out < 4 * view.most
    assert view.verticalScrollBar().maximum() > 20 * view.most
    view.verticalScrollBar().setValue(3 * view.most)
    view.grab()
    assert view._bottom > laid_out
    assert not view._complete


def test_that_a_short_text_takes_no_more_room_than_it_needs(view: RibbonView) -> None:
    assert view.verticalScrollBar().maximum() == 0
    three = view.height()
    view.show_rows("ab", rows("ab", "bytes"))
    assert view.height() < three


def test_that_going_to_a_token_far_below_scrolls_there(qtbot: QtBot, view: RibbonView) -> None:
    text = "abcdefgh\n" * 300
    view.show_rows(text, rows(text, "bytes", "fours"))
    view.point(1, 400)
    assert view.at == (1, 400)
    assert view.viewport().rect().contains(middle(view, 1, 400))


def test_that_rows_without_tokens_say_why(view: RibbonView) -> None:
    text = "ab"
    alone = drawn(view)
    opening = RibbonRow("pairs", 1, note="Opening…")
    failed = RibbonRow("broken", 2, note="broken is damaged.", failed=True)
    view.show_rows(text, [*rows(text, "bytes"), opening, failed])
    assert drawn(view) != alone
    assert view.token_at(QPoint(200, view.height() - 8)) is None


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_scripts_emoji_and_fragments_are_drawn_in_both_themes(qtbot: QtBot, mode: str) -> None:
    theme.current().set_mode(mode)  # type: ignore[arg-type]
    view = RibbonView()
    qtbot.addWidget(view)
    view.resize(300, 300)  # names stand over their rows
    view.show()
    empty = drawn(view)
    text = "سلام नमस्ते สวัสดี 中文 👩‍👩‍👧 \u0301\n\tx"
    view.show_rows(text, rows(text, "bytes", "fours"))
    for kind in ("aligned", "reading"):
        view.set_mode(kind)  # type: ignore[arg-type]
        assert drawn(view) != empty
    theme.current().set_mode("light")


def test_that_unknown_and_special_tokens_look_different(view: RibbonView) -> None:
    plain = rows("abcd", "fours")
    view.show_rows("abcd", plain)
    usual = drawn(view)
    assert plain[0].ribbon is not None
    plain[0].ribbon.unknown[0] = True
    view.show_rows("abcd", plain)
    unknown = drawn(view)
    plain[0].ribbon.unknown[0] = False
    plain[0].ribbon.kinds[0] = "special"
    view.show_rows("abcd", plain)
    assert len({usual.cacheKey(), unknown.cacheKey()}) == 2
    assert unknown != usual
    assert drawn(view) not in (usual, unknown)
