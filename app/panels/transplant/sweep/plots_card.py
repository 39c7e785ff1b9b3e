"""Two plots of a sweep: quality against time, and what a parameter that has many values does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from app.panels.transplant.sweep import words
from app.widgets.card import Card
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.point_plot import Point, PointPlot
from app.widgets.segmented import Segmented
from app.widgets.words import Words
from core.transplant.methods import METHODS

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.sweep.result import Measure, SweepRow

QUALITY, VALUES = "quality", "values"
LEAST_SECONDS = 0.01
"""What took less is drawn there: the axis is logarithmic."""
BARS = "Bars are 95 % intervals of the difference from the base."
FEWEST = 3
"""Values from which a line says something."""


class PlotsCard(Card):
    chosen = Signal(str)
    """The line of a candidate whose point was pressed."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Quality and time")
        self.view = Segmented("Plot", ((QUALITY, "Against time"), (VALUES, "Against a parameter")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.view)
        self.quality = PointPlot("Quality against the seconds to make the rows")
        self.values = LinePlot("Quality against a parameter")
        self.quality.chosen.connect(self.chosen)
        self.words, self.bars = Words(role="small"), Words(role="small")
        for plot in (self.quality, self.values):
            offer_picture(plot, session, more)
            self.column.addWidget(plot)
        self.column.addWidget(self.words)
        self.column.addWidget(self.bars)
        self._switch(self.view.key)

    def show_rows(self, rows: Sequence[SweepRow], measure: Measure, before: float | None) -> None:
        made = [row for row in rows if row.figure(measure) is not None]
        self.setVisible(bool(made))
        unit = Axis(words.unit(measure))
        points = [_point(row, measure, before) for row in made]
        self.quality.show_points(points, Axis("seconds to make the rows", logarithmic=True), unit)
        lines, parameter = lines_of(made, measure)
        self.values.show_series(lines, Axis(parameter, logarithmic=_wide(lines)), unit)
        self.view.buttons[VALUES].setText(f"Against {parameter}" if lines else "Against a parameter")
        self.view.setVisible(bool(lines))
        if not lines:
            self.view.choose(QUALITY)
        better = "Lower is better" if measure == "bits per byte" else "Higher is better"
        base = f"; the base itself has {before:.3f}" if before is not None else ""
        self.words.say(f"{better}{base}.")
        self.bars.setText(BARS if any(point.low is not None for point in points) else "")
        self._switch(self.view.key)

    def _switch(self, key: str) -> None:
        self.quality.setVisible(key == QUALITY)
        self.values.setVisible(key == VALUES)
        self.bars.setVisible(key == QUALITY and bool(self.bars.text()))


def _point(row: SweepRow, measure: Measure, before: float | None) -> Point:
    figure = row.figure(measure)
    assert figure is not None
    low = high = None
    if row.interval is not None and before is not None:
        low, high = before + row.interval[0], before + row.interval[1]
    number = list(METHODS).index(row.method) if row.method in METHODS else len(METHODS)
    seconds = max(row.seconds, LEAST_SECONDS)
    return Point(row.line, number, seconds, figure, low, high, words.hover(row, measure))


def lines_of(rows: Sequence[SweepRow], measure: Measure) -> tuple[list[Series], str]:
    """One line for each way that was tried with several values of a number, and that number's name.

    Of several such parameters the one with the most values is taken.
    """
    best: tuple[list[Series], str, int] = ([], "", 0)
    for parameter in dict.fromkeys(name for row in rows for name in row.parameters):
        lines = _lines_over(parameter, rows, measure)
        size = sum(len(line.x) for line in lines)
        if size > best[2]:
            best = (lines, parameter, size)
    return best[0], best[1]


def _lines_over(parameter: str, rows: Sequence[SweepRow], measure: Measure) -> list[Series]:
    groups: dict[tuple[Any, ...], dict[float, float]] = {}
    for row in rows:
        value, figure = row.parameters.get(parameter), row.figure(measure)
        if isinstance(value, int | float) and not isinstance(value, bool) and figure is not None:
            others = tuple(sorted((k, str(v)) for k, v in row.parameters.items() if k != parameter))
            groups.setdefault((row.method, others, row.head_method), {})[float(value)] = figure
    wide = {key: figures for key, figures in groups.items() if len(figures) >= FEWEST}
    return [
        Series(_name(key, wide), number, sorted(figures), [figures[x] for x in sorted(figures)])
        for number, (key, figures) in enumerate(wide.items())
    ]


def _name(key: tuple[Any, ...], groups: dict[tuple[Any, ...], Any]) -> str:
    """The method; with what else sets it apart, where there is more than one line of it."""
    method, others, head = key
    alone = sum(other[0] == method for other in groups) == 1
    more = [] if alone else [f"{name}={value}" for name, value in others]
    return " ".join([method, *more, *([f"/ {head}"] if head else [])])


def _wide(lines: Sequence[Series]) -> bool:
    values = [x for line in lines for x in line.x]
    return bool(values) and min(values) > 0 and max(values) >= 20 * min(values)
