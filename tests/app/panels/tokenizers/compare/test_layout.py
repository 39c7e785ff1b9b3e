from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.panels.tokenizers.compare.layout import (
    EMPTY,
    Aligned,
    Box,
    Reading,
    box_at,
    overlapping,
)

Spans = list[tuple[int, int]]


def cut(*lengths: int) -> Spans:
    found, at = [], 0
    for length in lengths:
        found.append((at, at + length))
        at += length
    return found


def wide(data: bytes) -> float:
    """Ten pixels a byte."""
    return 10.0 * len(data)


def aligned(text: bytes, *rows: Spans, room: float = 1_000.0) -> Aligned:
    return Aligned(text, rows, wide, room)


def test_that_tokens_begin_at_the_same_place_for_the_same_byte() -> None:
    (line,) = aligned(b"abcdef", cut(2, 4), cut(1, 1, 1, 3)).lines()
    first, second = line.boxes
    assert [(box.x, box.width) for box in first] == [(0, 20), (20, 40)]
    assert [(box.x, box.width) for box in second] == [(0, 10), (10, 10), (20, 10), (30, 30)]


def test_that_the_axis_is_stretched_where_a_token_needs_more_room() -> None:
    layout = Aligned(b"abcd", [cut(2, 2), cut(1, 1, 2)], lambda data: 50.0 if len(data) == 1 else 20.0, 999.0)
    (line,) = layout.lines()
    assert [(box.x, box.width) for box in line.boxes[0]] == [(0, 100), (100, 20)]
    assert [(box.x, box.width) for box in line.boxes[1]] == [(0, 50), (50, 50), (100, 20)]


def test_that_a_line_ends_where_all_rows_do_and_behind_a_line_end_of_the_text() -> None:
    lines = list(aligned(b"abc\ndefgh", cut(3, 1, 3, 2), cut(4, 1, 2, 2), room=40.0).lines())
    tokens = [[[box.token for box in row] for row in line.boxes] for line in lines]
    assert tokens == [[[0, 1], [0]], [[2], [1, 2]], [[3], [3]]]
    assert [line.first for line in lines] == [True, False, False]


def test_that_a_token_across_the_end_of_a_line_goes_on_in_the_next() -> None:
    lines = list(aligned(b"abcdefgh", cut(8), cut(1, 1, 1, 1, 1, 1, 1, 1), room=45.0).lines())
    assert len(lines) >= 2
    boxes = [line.boxes[0][0] for line in lines]
    assert {box.token for box in boxes} == {0}
    assert [box.begun for box in boxes] == [False] + [True] * (len(lines) - 1)


def test_that_a_token_of_no_byte_has_its_place_before_what_follows() -> None:
    (line,) = aligned(b"ab", [(0, 0), (0, 2)], cut(1, 1)).lines()
    empty, word = line.boxes[0]
    assert (empty.x, word.x) == (0, EMPTY)
    assert [box.x for box in line.boxes[1]][1] <= word.x + word.width
    (line,) = aligned(b"ab", [(0, 1), (1, 1), (1, 2)]).lines()
    assert [(box.x, box.width) for box in line.boxes[0]] == [(0, 10), (10, EMPTY - 1), (10 + EMPTY, 10)]
    (alone,) = aligned(b"", [(0, 0)]).lines()
    assert len(alone.boxes[0]) == 1


def test_that_reading_flows_row_by_row() -> None:
    lines = list(Reading(b"abcdef", [cut(2, 2, 2), cut(6)], wide, 45.0).lines())
    assert [(line.rows, line.first) for line in lines] == [([0], True), ([0], False), ([1], True)]
    assert [box.x for box in lines[0].boxes[0]] == [0, 20]


def test_that_lines_are_laid_out_as_they_are_asked_for() -> None:
    asked: list[bytes] = []

    def measured(data: bytes) -> float:
        asked.append(data)
        return 10.0

    text = b"a" * 50_000
    for kind in (Aligned, Reading):
        asked.clear()
        layout = kind(text, [cut(*[1] * 50_000)] * 2, measured, 300.0)
        lines = layout.lines()
        for _ in range(3):
            next(lines)
        assert len(asked) < 500
        assert layout.share < 0.01


@st.composite
def texts(draw: st.DrawFn) -> tuple[bytes, list[Spans]]:
    text = draw(st.binary(max_size=60).map(lambda data: bytes(b"ab\n"[byte % 3] for byte in data)))
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=20)))
        edges = [0, *places, len(text)]
        rows.append(list(itertools.pairwise(edges)))
    return text, rows


@given(texts(), st.sampled_from([15.0, 60.0, 400.0]))
def test_that_every_token_is_drawn_once_begun_in_order_and_nothing_overlaps(
    made: tuple[bytes, list[Spans]], room: float
) -> None:
    text, rows = made
    for kind in (Aligned, Reading):
        seen: list[list[int]] = [[] for _ in rows]
        for line in kind(text, rows, wide, room).lines():
            for row, boxes in enumerate(line.boxes):
                right = 0.0
                for box in boxes:
                    assert box.x >= right - 1e-6
                    right = box.x + box.width
                    if not box.begun:
                        seen[row].append(box.token)
        assert seen == [list(range(len(spans))) for spans in rows]


def test_that_the_box_under_a_place_is_found() -> None:
    boxes = [Box(0, 0, 0.0, 10.0), Box(0, 1, 10.0, 5.0), Box(0, 2, 30.0, 5.0)]
    assert [box_at(boxes, x) for x in (0, 12, 20, 31, 99)] == [boxes[0], boxes[1], None, boxes[2], None]
    assert box_at(boxes, -1) is None


@pytest.mark.parametrize(
    ("begin", "end", "tokens"), [(0, 1, [0]), (1, 3, [0, 1]), (2, 4, [1]), (0, 6, [0, 1, 2])]
)
def test_that_tokens_of_the_same_bytes_are_found(begin: int, end: int, tokens: list[int]) -> None:
    assert list(overlapping(cut(2, 2, 2), begin, end)) == tokens
