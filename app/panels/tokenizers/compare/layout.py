"""Where each token of the ribbons lies: aligned by byte offset in all rows, or flowing row by row.

Lines are laid out as far as they are looked at, so that a long text costs no more than a page of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

Span = tuple[int, int]
Widths = Callable[[bytes], float]
"""How many pixels the text of a token takes, its margins included."""
EMPTY = 7.0
"""Pixels of a token that stands for no byte of the text."""


class Box(NamedTuple):
    """A token in a line. `begun`: the line before has its first part; `text_room`: where its text begins."""

    row: int
    token: int
    x: float
    width: float
    begun: bool = False
    lead: float = 0.0


@dataclass
class Line:
    """One line of all rows (aligned), or of one (reading)."""

    boxes: list[list[Box]]
    """By row."""
    rows: list[int]
    """The rows that are in it."""
    first: bool = False
    """Whether a row begins here."""


class Layout(Protocol):
    """Gives its lines from the top; `share` says how much of the text the lines given so far are of."""

    def lines(self) -> Iterator[Line]: ...

    @property
    def share(self) -> float: ...


@dataclass
class Aligned:
    """Each token's box begins at the x of its first byte, the same in all rows, and is as wide as its text.

    So the axis is stretched where one tokenizer cuts finely. A line ends, if it can, where tokens of all rows
    do, and in any case behind a line end of the text.
    """

    data: bytes
    spans: Sequence[Sequence[Span]]
    widths: Widths
    room: float
    _done: int = field(default=0, init=False)

    @property
    def share(self) -> float:
        return self._done / len(self.data) if self.data else 1.0

    def lines(self) -> Iterator[Line]:
        rows = [row for row, spans in enumerate(self.spans) if spans]
        at = dict.fromkeys(rows, 0)
        """The token of each row that comes next."""
        begin, total = 0, len(self.data)
        while rows and (begin < total or any(at[row] < len(self.spans[row]) for row in rows)):
            before = begin, tuple(at.values())
            line, begin = self._line(rows, at, begin)
            self._done = begin
            yield line
            if (begin, tuple(at.values())) == before:
                return
        self._done = total

    def _line(self, rows: list[int], at: dict[int, int], begin: int) -> tuple[Line, int]:
        xs, end = self._axis(rows, at, begin)
        boxes: list[list[Box]] = [[] for _ in self.spans]
        for row in rows:
            spans, number, lead = self.spans[row], at[row], 0
            while number < len(spans):
                first, last = spans[number]
                if first >= end and not (first == last == end and end == len(self.data)):
                    break
                if first == last:
                    x = xs[first] + lead * EMPTY
                    boxes[row].append(Box(row, number, x, EMPTY - 1))
                    lead += 1
                    number += 1
                    continue
                left = xs[max(first, begin)] + lead * EMPTY
                right = xs[min(last, end)]
                boxes[row].append(Box(row, number, left, right - left, begun=first < begin))
                lead = 0
                if last > end:
                    break
                number += 1
            at[row] = number
        return Line(boxes, rows, first=begin == 0), end

    def _axis(self, rows: list[int], at: dict[int, int], begin: int) -> tuple[dict[int, float], int]:
        """Byte → x, of every place in the line where a token begins or ends; and where the line ends."""
        xs = {begin: 0.0}
        heads = dict(at)
        reached = begin
        common: int | None = None
        while True:
            place = min((self._next_end(row, heads[row]) for row in rows), default=len(self.data) + 1)
            if place > len(self.data):
                return xs, reached
            x = xs[reached]
            for row in rows:
                lead = 0
                spans = self.spans[row]
                while heads[row] < len(spans) and spans[heads[row]][1] <= place:
                    first, last = spans[heads[row]]
                    if first == last == place:
                        break  # it stands before what follows
                    if first == last:
                        lead += 1
                    else:
                        wide = self.widths(self.data[first:last]) + lead * EMPTY
                        x = max(x, xs[max(first, begin)] + (wide if first >= begin else 12.0))
                        lead = 0
                    heads[row] += 1
            if x > self.room and reached > begin:
                return xs, common if common is not None else reached
            xs[place] = x
            reached = place
            if all(self._is_boundary(row, heads[row], place) for row in rows):
                newline = self.data.find(b"\n", begin if common is None else common, place) >= 0
                common = place
                if newline:
                    return xs, place

    def _next_end(self, row: int, head: int) -> int:
        """Where the next token that has bytes ends; behind the text, where there is none."""
        spans = self.spans[row]
        while head < len(spans) and spans[head][0] == spans[head][1]:
            head += 1
        return spans[head][1] if head < len(spans) else len(self.data) + 1

    def _is_boundary(self, row: int, head: int, place: int) -> bool:
        spans = self.spans[row]
        return head >= len(spans) or spans[head][0] >= place


@dataclass
class Reading:
    """Each row flows by itself, its boxes as wide as their text."""

    data: bytes
    spans: Sequence[Sequence[Span]]
    widths: Widths
    room: float
    _done: float = field(default=0.0, init=False)

    @property
    def share(self) -> float:
        return self._done

    def lines(self) -> Iterator[Line]:
        total = sum(map(len, self.spans)) or 1
        laid = 0
        for row, spans in enumerate(self.spans):
            boxes: list[Box] = []
            x, first = 0.0, True
            for number, (begin, end) in enumerate(spans):
                piece = self.data[begin:end]
                width = self.widths(piece) if piece else EMPTY
                if boxes and x + width > self.room:
                    yield self._line(row, boxes, first)
                    x, boxes, first = 0.0, [], False
                boxes.append(Box(row, number, x, min(width, self.room)))
                x += width
                laid += 1
                self._done = laid / total
                if piece.endswith(b"\n"):
                    yield self._line(row, boxes, first)
                    x, boxes, first = 0.0, [], False
            if boxes:
                yield self._line(row, boxes, first)
        self._done = 1.0

    def _line(self, row: int, boxes: list[Box], first: bool) -> Line:
        rows: list[list[Box]] = [[] for _ in self.spans]
        rows[row] = boxes
        return Line(rows, [row], first)


def box_at(boxes: Sequence[Box], x: float) -> Box | None:
    """The box of a line's row at a place; boxes stand in order."""
    place = bisect_right(boxes, x, key=lambda box: box.x) - 1
    if place < 0 or x > boxes[place].x + boxes[place].width:
        return None
    return boxes[place]


def overlapping(spans: Sequence[Span], begin: int, end: int) -> range:
    """The tokens that stand for any of the bytes from `begin` to `end`; spans follow each other."""
    first = bisect_right(spans, begin, key=lambda span: span[1])
    last = first
    while last < len(spans) and spans[last][0] < end:
        last += 1
    return range(first, last)
