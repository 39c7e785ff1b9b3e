from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.train.tab import TrainTab
from app.session import Session
from core.jobs.events import Partial
from core.project.project import Project
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.tokenizers.made_up import trained


@pytest.fixture
def tab(project: Project, show_tab: Callable[..., Any]) -> TrainTab:
    made: TrainTab = show_tab(TrainTab)
    return made


def test_that_the_new_tokenizer_stands_beside_plain_bpe(tab: TrainTab, finish: Callable[..., int]) -> None:
    finish(tab, trained())
    assert tab.page.answer.sentence.text().startswith("With Supertokens, held-out text takes 9.1")
    assert [bar.text for bar in tab.held_out.bars.bars] == ["4.91 bytes per token", "4.47 bytes per token"]
    assert cells(tab.held_out.table)[1] == [
        "Byte-level BPE",
        "1,100",
        "4.467",
        "1.334",
        "0.0",
        "0.493",
        "1.1",
    ]
    assert tab.page.warnings.said == ["german.txt is short: 4.6 kB."]


def test_that_a_tokenizer_alone_has_no_bars(tab: TrainTab, finish: Callable[..., int]) -> None:
    finish(tab, trained(held_out=trained().held_out[:1]))
    assert tab.held_out.table.isVisible()
    assert not tab.held_out.bars.isVisible()


def test_that_the_longest_tokens_are_shown_and_copied_as_they_are(
    tab: TrainTab, finish: Callable[..., int]
) -> None:
    finish(tab, trained())
    assert tab.longest.pills.tokens[0] == "␣in␣the␣middle␣of␣the"
    assert "<img␣src='file:///etc/passwd'>" in tab.longest.pills.accessibleDescription()


def test_that_figures_are_shown_as_soon_as_they_are_told(
    qtbot: QtBot, session: Session, project: Project, tab: TrainTab
) -> None:
    session.hold(True)
    tab.run_sample()
    qtbot.waitUntil(lambda: tab.page.run is not None)
    run = tab.page.run
    assert run is not None
    project.start_run(run.id).result()
    qtbot.waitUntil(lambda: tab.page.run is not None and tab.page.run.status == "running")
    assert not tab.held_out.isVisible()
    rows = [row.model_dump(mode="json") for row in trained().held_out[:1]]
    session.run_event.emit(run.id, Partial(data={"held_out": rows}))
    assert tab.held_out.isVisible()
    assert tab.page.status.isVisible()
    assert cells(tab.held_out.table)[0][1] == "1,000"
    session.run_event.emit(run.id, Partial(data={"held_out": [{"of": "another version"}]}))
    assert tab.held_out.isVisible()
