"""The Ensemble tab: what it shows of a result, and of one under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.generation.ensemble.tab import EnsembleTab
from app.panels.generation.panel import GenerationPanel
from core.generation.ensemble.request import EnsembleRequest
from core.generation.ensemble.result import (
    Character,
    EnsembleResult,
    Estimate,
    Measured,
    OfRule,
    Stretch,
)
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project

MODELS = ["/models/one", "/models/two"]


def characters(text: str = "es") -> list[Character]:
    return [Character(text=one, bits=1.25, owed=(0.75, 0.25), weights=(0.5, 0.5)) for one in text]


def stretch(number: int) -> Stretch:
    return Stretch(text=0, begin=64 * number, bytes=64, members=(1.8, 1.9), together=1.7, owed=(0.6, 0.4))


def result(**changes: Any) -> EnsembleResult:
    whole = Measured(
        name="prose",
        bytes=128,
        members=(Estimate(value=1.77), Estimate(value=1.86)),
        together=Estimate(value=1.71, low=1.6, high=1.8),
        gain=Estimate(value=0.06, low=0.04, high=0.08),
    )
    found = EnsembleResult(
        models=["one", "two"],
        rule="Product",
        weights=[0.5, 0.5],
        prompt="tim",
        text="es",
        characters=characters(),
        stopped="length",
        bytes_per_second=40,
        measured=[whole],
        stretches=[stretch(0), stretch(1)],
        rules=[OfRule(kind="mixture", title="Mixture", bits_per_byte=Estimate(value=1.73))],
        bits_per_byte=[1.77, 1.86, 1.71],
        stride=64,
        context=192,
        evaluations=77,
    )
    return found.model_copy(update=changes)


@pytest.fixture
def tab(panel: GenerationPanel) -> EnsembleTab:
    panel.restore_view({"tab": "ensemble"})
    made = panel.made("ensemble")
    assert isinstance(made, EnsembleTab)
    return made


@pytest.fixture
def start(project: Project, tab: EnsembleTab) -> Callable[[], int]:
    """Record a run that is under way, and show it; its number."""

    def record() -> int:
        request = EnsembleRequest(models=MODELS, prompt="tim").model_dump(mode="json")  # type: ignore[arg-type]
        run_id = project.add_run(RunSpec(kind="ensemble", request=request, title="made up")).result()
        project.start_run(run_id).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


@pytest.fixture
def finish(project: Project, tab: EnsembleTab, start: Callable[[], int]) -> Callable[[EnsembleResult], None]:
    def record(found: EnsembleResult) -> None:
        run_id = start()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))

    return record


def test_that_the_sentence_tells_what_is_gained(tab: EnsembleTab, finish: Callable[..., None]) -> None:
    finish(result())
    assert tab.page.answer.sentence.text() == (
        "Together they need 1.71 bits per byte, 0.06 less than the better of the two."
    )
    assert "Product: one 0.50, two 0.50" in tab.page.answer.facts.text()
    assert [row.name for row in tab.members.dots.rows] == ["one", "two", "together"]
    assert len({row.number for row in tab.members.dots.rows}) == 3
    assert (
        "0.060 bits per byte less than the best model alone (95 %: +0.040 … +0.080)"
        in tab.members.note.text()
    )
    assert "Mixture 1.730" in tab.members.note.text()
    assert tab.members.table.figures.rowCount() == 1


def test_that_characters_tell_whom_they_are_owed_to(tab: EnsembleTab, finish: Callable[..., None]) -> None:
    finish(result())
    text = tab.written.text
    assert [text.words(part) for part in text.parts] == [
        "the prompt",
        "“e”, 1.2 bits: one 0.75, two 0.25",
        "“s”, 1.2 bits: one 0.75, two 0.25",
    ]
    assert [label.text() for label in tab.written.legend] == ["one 75 %", "two 25 %"]


def test_that_the_plot_along_the_text_has_two_views(
    tab: EnsembleTab, finish: Callable[..., None], qtbot: QtBot
) -> None:
    finish(result())
    assert [list(one.y) for one in tab.shares.plot.series] == [[0.6, 0.6], [0.4, 0.4]]
    tab.shares.which.choose("bits")
    assert [one.name for one in tab.shares.plot.series] == ["one", "two", "together"]
    tab.shares.plot.setFocus()
    qtbot.keyClick(tab.shares.plot, Qt.Key.Key_Right)


def test_that_what_comes_shows_while_it_comes(tab: EnsembleTab, start: Callable[[], int]) -> None:
    run_id = start()
    session = tab.session
    part = {"part": "written", "characters": [one.model_dump(mode="json") for one in characters("e")]}
    session.run_event.emit(run_id, Partial(data=part))
    session.run_event.emit(run_id, Partial(data=part))
    assert tab.written.isVisible()
    assert len(tab.written.text.parts) == 3
    assert not tab.shares.isVisible()
    for number in range(2):
        told = {"part": "stretch", "stretch": stretch(number).model_dump(mode="json")}
        session.run_event.emit(run_id, Partial(data=told))
    assert tab.shares.isVisible()
    assert not tab.members.isVisible()
    session.run_event.emit(run_id, Partial(data={"part": "written", "characters": [{"other": 1}]}))


def test_that_only_what_was_asked_for_is_shown(tab: EnsembleTab, finish: Callable[..., None]) -> None:
    finish(result(measured=[], stretches=[], rules=[], bits_per_byte=[]))
    assert tab.page.answer.sentence.text() == "one and two wrote 2 bytes together."
    assert not tab.members.isVisible()
    assert not tab.shares.isVisible()
    finish(result(text="", characters=[]))
    assert not tab.written.isVisible()


def test_that_it_paints_in_light_and_dark(tab: EnsembleTab, finish: Callable[..., None]) -> None:
    finish(result())
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        assert not tab.grab().isNull()


def test_that_the_sample_is_a_request(tab: EnsembleTab) -> None:
    request = EnsembleRequest.model_validate(tab.sample_values())
    assert len(request.models) == 2
    assert tab.title_of(request) == "prose-bpe × prose-unigram · prose.txt"
