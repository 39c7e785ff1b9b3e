"""What all tabs that run jobs have in common: the sample, the form, drops, what becomes of a tokenizer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.audit.tab import AuditTab
from app.panels.tokenizers.dynamic.tab import DynamicTab
from app.panels.tokenizers.extend.tab import ExtendTab
from app.panels.tokenizers.job_tab import TokenizerTab
from app.panels.tokenizers.prune.tab import PruneTab
from app.panels.tokenizers.train.tab import TrainTab
from app.session import Session
from app.worker import QueuedRun
from core.jobs.events import ErrorInfo, Finished, Progress
from core.project.project import Project
from tests.app.panels.tokenizers import made_up
from tests.app.test_accessibility import nameless

TABS: list[type[TokenizerTab]] = [TrainTab, ExtendTab, PruneTab, DynamicTab, AuditTab]
RESULTS: dict[type[TokenizerTab], Callable[..., Any]] = {
    TrainTab: made_up.trained,
    ExtendTab: made_up.extended,
    PruneTab: made_up.pruned,
    DynamicTab: made_up.merged,
    AuditTab: made_up.audited,
}
Show = Callable[..., Any]


@pytest.fixture(params=TABS, ids=lambda kind: kind.__name__)
def tab(request: pytest.FixtureRequest, project: Project, show_tab: Show) -> TokenizerTab:
    made: TokenizerTab = show_tab(request.param)
    return made


def test_that_it_begins_with_what_one_can_do_and_one_button_on_the_sample(
    qtbot: QtBot, session: Session, project: Project, tab: TokenizerTab
) -> None:
    assert tab.page.empty.isVisible()
    assert tab.page.empty.words.text() == tab.empty
    session.hold(True)
    qtbot.mouseClick(tab.try_it, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.page.run is not None)
    (record,) = project.runs()
    assert record.kind == tab.job.kind
    assert record.title == tab.title_of(tab.job.request.model_validate(record.request))
    assert tab.page.status.heading.text() == f"Run {record.id} waits."
    assert not tab.page.empty.isVisible()


def test_that_the_form_proposes_the_sample_and_what_was_left_comes_back(
    tab: TokenizerTab, show_tab: Show
) -> None:
    values = tab.page.setup.form.values()
    sample = tab.sample_values()
    assert {key: values[key] for key in sample} == sample
    tab.page.setup.set_field("text", ["/mine.txt"])
    again: TokenizerTab = show_tab(type(tab), tab.state())
    assert again.page.setup.form.values()["text"] == ["/mine.txt"]


def test_that_a_run_is_seen_going_failing_and_stopped(
    qtbot: QtBot, session: Session, project: Project, tab: TokenizerTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.hold(True)
    tab.run_sample()
    qtbot.waitUntil(lambda: tab.page.run is not None)
    run = tab.page.run
    assert run is not None
    project.start_run(run.id).result()
    qtbot.waitUntil(lambda: tab.page.run is not None and tab.page.run.status == "running")
    session.run_event.emit(run.id, Progress(done=3, total=10, stage="counting", elapsed=1.0, eta=2.0))
    assert "3 of 10" in tab.page.status.heading.text()
    error = ErrorInfo(kind="user", message="gone.txt is not there.", traceback="", field="text")
    entry = QueuedRun(id=run.id, kind=run.kind, title=run.title, project=project)
    with monkeypatch.context() as still:  # recorded as ended before the engine has let go of it
        still.setattr(Session, "running", entry)
        project.finish_run(run.id, Finished(status="failed", error=error)).result()
        qtbot.waitUntil(lambda: tab.page.status.heading.text() == "gone.txt is not there.")
    box = tab.page.setup.form.box("text")
    assert box.problem == "gone.txt is not there."
    qtbot.waitUntil(tab.page.setup.run.isEnabled)  # it may be there again
    box.editor.changed.emit()
    qtbot.waitUntil(lambda: box.problem == "")
    tab.page.do("again")
    qtbot.waitUntil(lambda: tab.page.run is not None and tab.page.run.id != run.id)
    tab.page.do("withdraw")
    qtbot.waitUntil(lambda: "was stopped" in tab.page.status.heading.text())
    assert tab.page.status.detail.text() == tab.unwritten


def test_that_a_result_is_shown_with_names_on_everything_and_nothing_as_rich_text(
    tab: TokenizerTab, finish: Callable[..., int]
) -> None:
    finish(tab, RESULTS[type(tab)]())
    assert tab.page.answer.isVisible()
    assert tab.page.answer.sentence.text()
    assert nameless(tab) == []
    labels = [label for label in tab.findChildren(QLabel) if label.text()]
    rich = [label.text() for label in labels if label.textFormat() is not Qt.TextFormat.PlainText]
    assert not [text for text in rich if "<" in text]


def test_that_a_result_without_details_shows_its_sentence_alone(
    tab: TokenizerTab, finish: Callable[..., int]
) -> None:
    bare: dict[type[TokenizerTab], dict[str, Any]] = {
        TrainTab: {"held_out": [], "longest": []},
        ExtendTab: {"added": [], "texts": [], "terms": None},
        PruneTab: {"texts": [], "removed": [], "new_size": 8_192, "kept_for_merges": 0},
        DynamicTab: {"rows": made_up.merged().rows[:1], "curve": [], "merges": []},
        AuditTab: {
            "categories": {},
            "unreachable": [],
            "undertrained": [],
            "unused": None,
            "unused_tokens": [],
            "indicator": "",
            "edges": [],
            "counts": [],
            "reference": 0,
            "reference_counts": [],
        },
    }
    finish(tab, RESULTS[type(tab)](**bare[type(tab)]))
    assert tab.page.answer.sentence.text()
    shown = [card for card in tab.page._cards if card.isVisible()]
    assert len(shown) == (1 if isinstance(tab, PruneTab | DynamicTab) else 0)


def test_that_texts_dropped_take_the_place_of_the_samples(tab: TokenizerTab, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text("words")
    assert tab.drop([tmp_path / "one.txt"])
    assert tab.drop([tmp_path / "two.txt"])
    assert tab.page.setup.form.values()["text"] == [str(tmp_path / "one.txt"), str(tmp_path / "two.txt")]
    (tmp_path / "photo.heic").write_bytes(b"\0")
    assert not tab.drop([tmp_path / "photo.heic"])


def test_that_a_tokenizer_dropped_goes_where_one_is_asked_for(tab: TokenizerTab, tmp_path: Path) -> None:
    path = tmp_path / "spm.model"
    path.write_bytes(b"\0")
    taken = tab.drop([path])
    if isinstance(tab, TrainTab):
        assert not taken
    else:
        assert taken
        assert tab.page.setup.form.values()["tokenizer"] == str(path)


@pytest.mark.parametrize("kind", [TrainTab, ExtendTab, PruneTab])
def test_that_a_tokenizer_that_was_made_can_be_handed_on(
    qtbot: QtBot,
    session: Session,
    show_tab: Show,
    finish: Callable[..., int],
    tmp_path: Path,
    kind: type[TokenizerTab],
    monkeypatch: pytest.MonkeyPatch,
    project: Project,
) -> None:
    tab = show_tab(kind)
    made = tmp_path / "made"
    finish(tab, RESULTS[kind](out=made))
    with qtbot.waitSignal(session.message) as said:
        tab.page.answer.buttons["compare"].click()
    assert "not there any more" in said.args[0]
    made.mkdir()
    for key in ("compare", "vocabulary"):
        with qtbot.waitSignal(tab.wanted) as wanted:
            tab.page.answer.buttons[key].click()
        assert wanted.args[0] == key
        assert wanted.args[1][-1] == made
        assert len(wanted.args[1]) == (1 if kind is TrainTab else 2)
    with qtbot.waitSignal(session.handed_over) as handed:
        tab.page.answer.buttons["transplant"].click()
    assert handed.args == ["transplant", [made]]
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    tab.page.answer.buttons["folder"].click()
    assert [url.toLocalFile() for url in opened] == [str(made)]
