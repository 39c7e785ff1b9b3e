from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.runs.compare_view import CompareView
from app.session import Session
from app.widgets.table import RAW
from tests.app.panels.runs.grafting import Lab


@pytest.fixture
def compare(qtbot: QtBot, session: Session, lab: Lab) -> Callable[..., CompareView]:
    def show(*ids: int) -> CompareView:
        view = CompareView(session)
        qtbot.addWidget(view)
        view.resize(1000, 300)
        view.show()
        view.compare(ids)
        qtbot.waitUntil(lambda: bool(view.model.lines) or "Reading" not in words(view))
        return view

    return show


def words(view: CompareView) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def rows(view: CompareView) -> list[list[str]]:
    return [
        [view.model.index(row, column).data() for column in range(view.model.columnCount())]
        for row in range(view.model.rowCount())
    ]


def test_that_only_what_differs_is_shown_unless_asked(lab: Lab, compare: Callable[..., CompareView]) -> None:
    fvt = lab.done("FVT", 2.21, method={"name": "fvt"})
    omp = lab.done("OMP", 2.04, method={"name": "omp", "k": 16})
    view = compare(fvt, omp)
    assert rows(view) == [
        ["what", "FVT", "OMP", ""],
        ["Method", "fvt", "omp", ""],
        ["Anchors, k", "–", "16", ""],
        ["bits per byte, all", "2.210", "2.040", "better −0.170"],
        ["bits per byte, prose.txt", "2.110", "1.940", "better −0.170"],
    ]
    assert f"Run {fvt} against run {omp}" in words(view)
    view.equal.setChecked(True)
    assert ["matched", "4,771", "4,771", "0"] in rows(view)


def test_that_the_raw_values_are_what_is_copied(lab: Lab, compare: Callable[..., CompareView]) -> None:
    view = compare(lab.done("A", 2.25), lab.done("B", 2.0))
    row = next(row for row, line in enumerate(view.model.lines) if line.title == "bits per byte, all")
    assert [view.model.index(row, column).data(RAW) for column in (1, 2, 3)] == [2.25, 2.0, -0.25]


def test_that_the_first_figure_is_plotted_and_a_row_clicked_after_it(
    qtbot: QtBot, lab: Lab, compare: Callable[..., CompareView]
) -> None:
    view = compare(lab.done("A", 2.25), lab.done("B", 2.0, pad_to=1))
    qtbot.waitUntil(lambda: view.plot is not None and "bits per byte" in view.plot.accessibleName())
    assert view.plot is not None
    assert "prose.txt 2.150" in view.plot.accessibleDescription()
    view.equal.setChecked(True)
    row = next(row for row, line in enumerate(view.model.lines) if line.title == "matched")
    where = view.table.visualRect(view.model.index(row, 0)).center()
    view.table.scrollTo(view.model.index(row, 0))
    where = view.table.visualRect(view.model.index(row, 0)).center()
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert view.plot.accessibleName() == "matched"


def test_that_many_runs_have_a_row_each_in_the_plot(
    qtbot: QtBot, lab: Lab, compare: Callable[..., CompareView]
) -> None:
    view = compare(*(lab.done(f"Run {n}", 2 + n / 10) for n in range(7)))
    qtbot.waitUntil(lambda: view.plot is not None)
    assert view.plot is not None
    assert view.plot.accessibleName() == "bits per byte, all (lower is better)"
    assert "run 7 2.600" in view.plot.accessibleDescription()
    assert view.model.columnCount() == 9
    assert view.model.headerData(8, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "range"


def test_that_runs_that_gave_the_same_are_said_to(lab: Lab, compare: Callable[..., CompareView]) -> None:
    view = compare(lab.done(), lab.done())
    assert "Nothing differs" in words(view)
    view.equal.setChecked(True)
    assert view.model.rowCount() > 5


def test_that_runs_without_figures_are_compared_by_what_they_asked_for(
    lab: Lab, compare: Callable[..., CompareView]
) -> None:
    view = compare(lab.queue("A"), lab.failed("B"))
    assert ["what", "A", "B", ""] in rows(view)
    assert ["state", "queued", "failed", ""] in rows(view)


def test_that_runs_that_cannot_be_read_are_said(lab: Lab, compare: Callable[..., CompareView]) -> None:
    view = compare(lab.done(), 99)
    assert "cannot be compared: There is no run 99" in words(view)


def test_that_the_plotting_library_is_not_imported_before_a_plot_is_shown() -> None:
    code = "import sys, app.panels.runs.panel; print('pyqtgraph' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
