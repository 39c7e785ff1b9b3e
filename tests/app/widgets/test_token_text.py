from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.token_heat import ENTROPY, RANK, SURPRISE, difference
from app.widgets.token_text import STRONGEST, TokenText
from core.generation.result_parts import Alternative, TokenRecord

PIECES = ["It", " was", " the", " best", " of", " times", ",", "\n", "it", " was"]


def records(pieces: Sequence[str | bytes], costs: Sequence[float] = ()) -> list[TokenRecord]:
    """`costs` are bits."""
    made, at = [], 0
    for number, piece in enumerate(pieces):
        long = len(piece if isinstance(piece, bytes) else piece.encode())
        cost = costs[number] if number < len(costs) else 1.0
        made.append(
            TokenRecord(
                id=number,
                text=piece.hex() if isinstance(piece, bytes) else piece.replace(" ", "␣").replace("\n", "↵"),
                start=at,
                end=at + long,
                logprob=-cost * math.log(2),
                rank=3,
                entropy=2.5,
                alternatives=(Alternative(id=9, text="␣worst", logprob=math.log(0.25)),),
            )
        )
        at += long
    return made


@pytest.fixture
def text(qtbot: QtBot) -> TokenText:
    made = TokenText("prose-bpe")
    qtbot.addWidget(made)
    made.resize(220, 100)
    made.show()
    return made


def boxes(text: TokenText) -> list[tuple[int, int, int]]:
    places = [text.place_of(number) for number in range(len(text.tokens))]
    return [(round(place.x()), round(place.y()), round(place.width())) for place in places]


def test_that_tokens_tile_their_text_in_lines_that_wrap(text: TokenText) -> None:
    text.show_tokens(records(PIECES), "".join(PIECES), lead="Prompt: ")
    assert text.text == "".join(PIECES)
    tops = [box[1] for box in boxes(text)]
    assert tops == sorted(tops)
    assert tops[8] > tops[7]  # after the line break
    first = text.place_of(0)
    assert first.x() > 30  # the prompt stands before it


@pytest.mark.parametrize("size", [1, 2, 3])
def test_that_what_streams_lies_where_it_lies_when_all_is_there(text: TokenText, size: int) -> None:
    pieces = [*PIECES, "שלום", " עולם", "日本", "語", "👩", " longwordwithoutanyspace" * 3] * 3
    all_of_it = records(pieces)
    text.show_tokens(all_of_it, "".join(pieces), lead="Prompt: ")
    whole, height = boxes(text), text.height()
    text.show_tokens([], "", lead="Prompt: ")
    for first in range(0, len(pieces), size):
        part = slice(first, first + size)
        text.append(all_of_it[part], "".join(pieces[part]))
    assert boxes(text) == whole
    assert text.height() == height


def test_that_a_narrower_text_is_laid_out_again(text: TokenText) -> None:
    text.show_tokens(records(PIECES), "".join(PIECES))
    before = text.height()
    text.resize(100, text.height())
    assert text.height() > before


def test_that_without_the_text_it_is_read_off_the_tokens(text: TokenText) -> None:
    text.show_tokens(records(PIECES))
    assert text.text == "".join(PIECES)


def test_that_a_character_of_several_tokens_shows_once_and_whole(text: TokenText) -> None:
    smile = "🙂".encode()
    text.show_tokens(records(["a ", smile[:2], smile[2:], "!"]), "a 🙂!")
    assert text.text == "a 🙂!"
    assert text.place_of(2).width() >= 3  # can still be pointed at
    assert "🙂" in text.words(1)


def test_that_right_to_left_text_runs_so_and_every_token_has_its_place(text: TokenText) -> None:
    pieces = ["שלום", " ", "עולם"]
    text.show_tokens(records(pieces), "".join(pieces))
    first, last = text.place_of(0), text.place_of(2)
    assert first.x() > last.x()
    assert first.right() > text.width() - 10
    text.show_tokens(records(["abc ", "שלום", " def"]), "abc שלום def")
    lefts = [text.place_of(number).x() for number in range(3)]
    assert lefts == sorted(lefts)
    assert all(text.place_of(number).width() > 5 for number in range(3))


def test_that_pointing_tells_bytes_and_others_light_them(qtbot: QtBot, text: TokenText) -> None:
    text.show_tokens(records(PIECES), "".join(PIECES))
    place = text.place_of(2).center().toPoint()
    with qtbot.waitSignal(text.pointed) as told:
        qtbot.mouseMove(text, place)
        text.go_to(2)
    assert told.args == [6, 10]
    before = text.grab().toImage()
    text.light(0, 3)
    assert text.grab().toImage() != before


def test_that_keys_go_through_the_tokens_and_choose(qtbot: QtBot, text: TokenText) -> None:
    text.show_tokens(records(PIECES), "".join(PIECES))
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_Right)
    qtbot.keyClick(text, Qt.Key.Key_Right)
    assert text.current == 1
    assert "was" in text.accessibleDescription()
    qtbot.keyClick(text, Qt.Key.Key_Left)
    with qtbot.waitSignal(text.chosen) as chosen:
        qtbot.keyClick(text, Qt.Key.Key_Return)
    assert chosen.args == [0]
    qtbot.keyClick(text, Qt.Key.Key_End)
    assert text.current == len(PIECES) - 1


def test_that_a_click_chooses(qtbot: QtBot, text: TokenText) -> None:
    text.show_tokens(records(PIECES), "".join(PIECES))
    with qtbot.waitSignal(text.chosen) as chosen:
        qtbot.mouseClick(text, Qt.MouseButton.LeftButton, pos=text.place_of(3).center().toPoint())
    assert chosen.args == [3]


def test_that_the_text_is_copied_as_it_is(qtbot: QtBot, text: TokenText) -> None:
    text.show_tokens(records(["a\u200b", "  b\t", "\n"]), "a\u200b  b\t\n")
    qtbot.keyClick(text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "a\u200b  b\t\n"
    text.copy_tokens()
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("0\ta⟨ZWSP⟩\t1.0")


def test_that_hovering_tells_what_a_token_cost_and_what_else_there_was(text: TokenText) -> None:
    text.show_tokens(records(PIECES, [2.0]), "".join(PIECES))
    assert text.words(0).splitlines()[0] == "It · 2.00 bits, probability 25.0 % · rank 4 · entropy 2.50 bits"
    assert "25.0 %  ␣worst" in text.words(0)


def test_that_the_tint_is_what_was_chosen(text: TokenText) -> None:
    text.show_tokens(records(PIECES, [4.0]), "".join(PIECES))
    assert text.tint(0) == pytest.approx(4.0)
    text.set_heat(ENTROPY)
    assert text.tint(0) == 2.5
    text.set_heat(RANK)
    assert text.tint(0) == 2.0
    assert RANK.words(2.0) == "rank 4"


def test_that_the_difference_is_of_the_same_bytes_and_ends_where_they_part() -> None:
    first = records(["It was", " the", " best"], [6.0, 1.0, 3.0])
    second = records(["It", " was the", " worst"], [3.0, 5.0, 2.0])
    heat = difference(first, same=10)
    assert heat.value(second[0]) == pytest.approx(3.0 - 2.0)  # two of six bytes that cost six bits
    assert heat.value(second[1]) == pytest.approx(5.0 - 4.0 - 1.0)
    assert heat.value(second[2]) is None
    assert sum(heat.value(token) or 0 for token in first[:2]) == pytest.approx(0.0)


def test_that_the_token_where_texts_part_is_underlined(text: TokenText) -> None:
    text.show_tokens(records(PIECES), "".join(PIECES))
    before = text.grab().toImage()
    text.part_at(12)
    assert text.grab().toImage() != before
    assert "Here the texts part." in text.words(3)
    assert "Here the texts part." not in text.words(4)


def test_that_the_end_of_a_text_is_a_token_without_bytes(text: TokenText) -> None:
    tokens = records(PIECES)
    end = TokenRecord(id=0, text="<|endoftext|>", start=tokens[-1].end, end=tokens[-1].end, logprob=-0.1)
    text.show_tokens([*tokens, end], "".join(PIECES))
    assert text.text == "".join(PIECES)
    assert text.place_of(len(PIECES)).width() > 20
    assert text.words(len(PIECES)).startswith("<|endoftext|>")


def _luminance(channels: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_text_on_the_strongest_tint_can_be_read(mode: str) -> None:
    tokens = theme.LIGHT if mode == "light" else theme.DARK
    for tint in (tokens.after, tokens.before):
        over, under = theme.color(tint), theme.color(tokens.surface)
        mixed = [
            STRONGEST * a + (1 - STRONGEST) * b
            for a, b in zip(over.getRgbF()[:3], under.getRgbF()[:3], strict=True)
        ]
        light = sorted([_luminance(mixed), _luminance(theme.color(tokens.text).getRgbF()[:3])])
        assert (light[1] + 0.05) / (light[0] + 0.05) >= 4.5


def test_that_pointing_beside_the_text_is_nothing(text: TokenText) -> None:
    text.show_tokens(records(["It"]), "It")
    assert text._token_at(QPointF(QPoint(200, 90))) == -1
    assert SURPRISE.words(1.0) == "1.0 bits"


def test_that_a_token_told_by_its_signs_is_the_text_that_it_was(qtbot: QtBot) -> None:
    text = TokenText("Text")
    qtbot.addWidget(text)
    told = ["a⏎", "⇥b␣", "\\\\", "\\u{200B}", "c"]
    text.show_tokens(
        [
            TokenRecord(id=n, text=one, start=n, end=n + 1, logprob=None, rank=None, entropy=None)
            for n, one in enumerate(told)
        ]
    )
    assert text.text == "a\n\tb \\\u200bc"
