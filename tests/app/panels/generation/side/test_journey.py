"""From an empty form to a branch of a branch, with the starter models."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.generation.panel import GenerationPanel
from app.panels.generation.side.tab import SideTab
from app.session import Session
from core.project.project import Project
from core.project.records import RunRecord

PATIENCE = 60_000


@pytest.fixture
def tab(panel: GenerationPanel) -> SideTab:
    panel.restore_view({})
    found = panel.made("side")
    assert isinstance(found, SideTab)
    return found


def generate(qtbot: QtBot, tab: SideTab, **fields: Any) -> int:
    """Put these into the form, press the button, wait for the result; the run's number."""
    before = tab.page.run.id if tab.page.run is not None else 0
    for key, value in fields.items():
        tab.page.setup.set_field(key, value)
    qtbot.waitUntil(lambda: tab.page.setup.run.isEnabled(), timeout=PATIENCE)
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    return finished(qtbot, tab, before)


def finished(qtbot: QtBot, tab: SideTab, before: int) -> int:
    def done() -> bool:
        run = tab.page.run
        assert run is None or run.status != "failed", run.error
        return run is not None and run.id > before and tab.page.result is not None

    qtbot.waitUntil(done, timeout=PATIENCE)
    assert tab.page.run is not None
    return tab.page.run.id


def test_that_a_text_is_written_repeated_and_branched(qtbot: QtBot, tab: SideTab, project: Project) -> None:
    strategy = {"kind": "sample"}
    tab.page.setup.show_spec({**tab.sample_values(), "strategy": strategy, "max_bytes": 40}, 5, "auto")
    first = generate(qtbot, tab, samplers=["temperature t=0.9", "top-k k=20"])
    texts = tab.page.result.texts
    assert [column.text.text for column in tab.columns.columns] == texts

    tab.page.do("again")
    again = finished(qtbot, tab, first)
    assert tab.page.result.texts == texts
    assert project.run(again).parent == first

    tab.columns.columns[1].text.chosen.emit(3)
    choices = tab.alternatives.list.choices
    other = next(place for place, choice in enumerate(choices) if not choice.taken)
    token = tab.alternatives.place.token if tab.alternatives.place is not None else None
    assert token is not None
    tab.alternatives.list.pick(other)
    qtbot.mouseClick(tab.alternatives.branch, Qt.MouseButton.LeftButton)
    branch = finished(qtbot, tab, again)
    written = tab.page.result.transcripts[0]
    assert written.tokens[3].id == choices[other].id
    assert written.text.encode()[: token.start] == texts[1].encode()[: token.start]
    assert project.run(branch).parent == again
    assert project.run(again).result is not None  # nothing was written over
    qtbot.waitUntil(lambda: tab.branches.isVisible())


def stop_while_writing(qtbot: QtBot, tab: SideTab, session: Session, **fields: Any) -> RunRecord:
    """Press Run, and Stop once some tokens stand there; the run as it was recorded."""
    tab.page.setup.show_spec({**tab.sample_values(), "max_bytes": None, **fields}, 4, "auto")
    qtbot.waitUntil(lambda: tab.page.setup.run.isEnabled(), timeout=PATIENCE)
    qtbot.mouseClick(tab.page.setup.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(len(c.text.tokens) > 3 for c in tab.columns.columns), timeout=PATIENCE)
    assert tab.page.run is not None
    session.cancel(tab.page.run.id)
    qtbot.waitUntil(lambda: tab.page.result is not None, timeout=PATIENCE)
    assert tab.page.run.status == "cancelled"
    return tab.page.run


def test_that_a_stop_is_heard_at_once_and_what_was_written_stays(
    qtbot: QtBot, tab: SideTab, session: Session
) -> None:
    stop_while_writing(qtbot, tab, session, samples=64, strategy={"kind": "sample"})
    assert "was stopped" in tab.page.status.heading.text()
    assert tab.page.status.isVisible()
    assert tab.page.status.buttons["again"].isVisible()
    assert not tab.page.answer.buttons["again"].isVisible()
    assert not tab.page.answer.buttons["folder"].isVisible()  # no transcripts were published
    assert "when they were stopped" in tab.page.answer.sentence.text()
    columns = tab.columns.columns
    assert all(column.isVisible() for column in columns)
    assert any(column.text.text for column in columns)
    assert {one.stopped for one in tab.page.result.transcripts} <= {"cancelled", "context", "end"}


def test_that_what_was_written_by_a_stop_is_there_when_the_project_is_opened_again(
    qtbot: QtBot, tab: SideTab, session: Session, project: Project
) -> None:
    run = stop_while_writing(qtbot, tab, session, strategy={"kind": "sample"})
    texts = [column.text.text for column in tab.columns.columns]
    assert tab.page.result.texts == texts
    session.close()
    with Project.open(project.folder) as again:
        record = again.run(run.id)
        assert record.result is not None
        assert record.result["texts"] == texts
        longest = max(texts, key=len)
        assert set(again.find_text(longest)) == {run.id}


def test_that_a_run_that_was_stopped_writes_the_same_when_it_is_run_again(
    qtbot: QtBot, tab: SideTab, session: Session
) -> None:
    fields: dict[str, Any] = {"strategy": {"kind": "sample"}, "max_tokens": 60}
    run = stop_while_writing(qtbot, tab, session, **fields)
    texts = tab.page.result.texts
    tab.page.do("again")
    finished(qtbot, tab, run.id)
    assert not tab.page.status.isVisible()
    assert tab.page.answer.buttons["again"].isVisible()
    for before, now in zip(texts, tab.page.result.texts, strict=True):
        assert now.startswith(before)
