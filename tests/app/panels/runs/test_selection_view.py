from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.runs.selection_view import SelectionView
from app.session import Session
from tests.app.panels.runs.grafting import Lab


@pytest.fixture
def view(qtbot: QtBot, session: Session, lab: Lab) -> SelectionView:
    made = SelectionView(session)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def test_that_it_says_what_to_do_next(qtbot: QtBot, view: SelectionView) -> None:
    assert not view.compare_here.isVisible()
    view.show_selection((1, 2))
    with qtbot.waitSignal(view.compare_asked):
        qtbot.mouseClick(view.compare_here, Qt.MouseButton.LeftButton)
    view.show_selection(())
    assert not view.compare_here.isVisible()


def test_that_only_the_run_on_which_a_person_stops_is_read(
    qtbot: QtBot, lab: Lab, view: SelectionView
) -> None:
    first, last = lab.done("first"), lab.done("last")
    read: list[int] = []
    view.details.note.show_note = lambda run, note: read.append(run)  # type: ignore[method-assign]
    for _ in range(5):
        view.show_selection((first,))
        view.show_selection((last,))
    qtbot.waitUntil(lambda: view.details.run_id == last)
    assert read == [last]


def test_that_what_is_shown_follows_its_run(qtbot: QtBot, lab: Lab, view: SelectionView) -> None:
    run = lab.queue()
    view.show_selection((run,))
    qtbot.waitUntil(lambda: view.details.state.text() == "queued")
    lab.project.start_run(run).result()
    view.refresh()
    qtbot.waitUntil(lambda: view.details.state.text() == "running")


def test_that_a_comparison_stays_open_until_one_run_is_selected_or_it_is_closed(
    qtbot: QtBot, lab: Lab, view: SelectionView
) -> None:
    one, two = lab.done("one", 2.2), lab.done("two", 2.0)
    view.show_selection((one, two))
    view.compare((two, one))
    qtbot.waitUntil(lambda: bool(view.comparison.model.lines))
    view.show_selection(())
    view.show_selection((one, two))
    assert view.is_comparing
    assert view.comparison.ids == [two, one]
    view.close_comparison()
    assert not view.is_comparing
    view.compare((one, two))
    view.show_selection((one,))
    qtbot.waitUntil(lambda: not view.is_comparing and view.details.run_id == one)
