"""Frames a second while a map of 100,000 points is moved, beside a plain scatter of pyqtgraph.

Each frame moves the map by a few pixels and draws the widget into an image, as it would be drawn on a screen
(unseen). The two take turns. Run it with ``make bench``, or alone: ``python tests/benchmarks/bench_map.py``.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from numpy.typing import NDArray

from core.terminal import table

POINTS, FRAMES, ROUNDS = 100_000, 120, 2
SIZE = (900, 600)
ENOUGH = 30.0
"""Frames a second."""


def points(count: int) -> NDArray[np.float32]:
    """In clusters, as documents are."""
    random = np.random.default_rng(0)
    centres = random.uniform(-10, 10, (80, 2))
    spread = random.uniform(0.2, 1.2, 80)
    which = random.integers(0, 80, count)
    return (centres[which] + spread[which, None] * random.standard_normal((count, 2))).astype(np.float32)


def frames(step: Callable[[int], None]) -> tuple[float, float]:
    """Frames a second, and milliseconds of the slowest frame."""
    taken = []
    for number in range(FRAMES):
        began = time.perf_counter()
        step(number)
        taken.append(time.perf_counter() - began)
    return len(taken) / sum(taken), 1000 * max(taken)


def measure() -> tuple[list[list[str]], float]:
    import pyqtgraph
    from PySide6.QtWidgets import QApplication, QWidget

    from app import theme
    from app.widgets.density_map import DensityMap

    app = QApplication.instance() or QApplication([])
    theme.current().set_mode("light")
    places = points(POINTS)
    ours = DensityMap("Map", lambda number: str(number))
    plain = pyqtgraph.PlotWidget(background=None)
    plain.addItem(pyqtgraph.ScatterPlotItem(x=places[:, 0], y=places[:, 1], size=4, pen=None, brush="b"))
    box = plain.getPlotItem().getViewBox()
    for widget in (ours, plain):
        widget.resize(*SIZE)
        widget.show()
    ours.show_points(places)

    def drawn(widget: QWidget) -> None:
        app.processEvents()
        widget.grab()

    def move(number: int) -> None:
        ours.move_by(9 if number // 40 % 2 else -9, 3)
        drawn(ours)

    def move_plain(number: int) -> None:
        width = box.viewRange()[0][1] - box.viewRange()[0][0]
        box.translateBy(x=0.01 * width * (1 if number // 40 % 2 else -1), y=0)
        drawn(plain)

    found: dict[str, list[tuple[float, float]]] = {}
    for zoom in (1.0, 4.0, 16.0):
        for _ in range(ROUNDS):
            ours.show_all()
            ours._zoom(zoom)
            box.autoRange()
            box.scaleBy((1 / zoom, 1 / zoom))
            found.setdefault(f"density map, {zoom:g} ×", []).append(frames(move))
            found.setdefault(f"plain scatter, {zoom:g} ×", []).append(frames(move_plain))
    rows = [
        [name, f"{max(rate for rate, _ in every):.0f}", f"{min(slow for _, slow in every):.0f}"]
        for name, every in found.items()
    ]
    least = min(max(rate for rate, _ in every) for name, every in found.items() if name.startswith("density"))
    for widget in (ours, plain):
        widget.close()
    return rows, least


def test_that_a_map_of_100_000_points_is_fluid() -> None:
    rows, least = measure()
    print("\n" + table([f"{POINTS:,} points, {SIZE[0]} × {SIZE[1]}", "frames/s", "slowest ms"], rows))
    assert least >= ENOUGH


if __name__ == "__main__":
    print(table([f"{POINTS:,} points, {SIZE[0]} × {SIZE[1]}", "frames/s", "slowest ms"], measure()[0]))
