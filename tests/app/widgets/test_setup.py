from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.form_editors import IntegerEditor, TextEditor
from app.widgets.known_paths import known_paths
from app.widgets.setup import NOT_RANDOM, Setup
from core.jobs.preview import Preview
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.widgets.asking import ASK, AskRequest

Open = Callable[[], Project]


def title(request: AskRequest) -> str:
    return f"{request.model.name} {request.shape.name}"


@pytest.fixture
def setup(qtbot: QtBot, session: Session, open_project: Open) -> Setup:
    open_project()
    made = Setup(session, ASK, title)
    qtbot.addWidget(made)
    made.resize(340, 600)
    made.show()
    return made


def choose(setup: Setup, model: str, tmp_path: Path) -> None:
    setup.set_field("model", str(tmp_path / model))


def test_that_it_says_first_what_has_to_be_chosen(setup: Setup) -> None:
    assert setup.form.box("model").problem == "Choose the model."
    assert setup.words == "Choose the model."
    assert not setup.run.isEnabled()


def test_that_what_has_been_chosen_is_not_asked_for_while_the_files_are_looked_at(
    setup: Setup, tmp_path: Path
) -> None:
    choose(setup, "tiny", tmp_path)
    assert setup.form.box("model").problem == ""
    assert setup.words == "Looking at the files…"
    assert not setup.run.isEnabled()


def test_that_a_request_that_can_run_says_what_it_will_cost(
    qtbot: QtBot, setup: Setup, tmp_path: Path
) -> None:
    choose(setup, "tiny", tmp_path)
    qtbot.waitUntil(setup.run.isEnabled)
    assert setup.words == "about 25 s · 180 MB · 10.5 MB on disk"
    assert setup.run.accessibleDescription() == setup.words
    assert setup.form.box("model").line == "tiny, 5.1 M parameters"


def test_that_what_the_files_say_stands_beside_their_field(
    qtbot: QtBot, setup: Setup, tmp_path: Path
) -> None:
    choose(setup, "missing", tmp_path)
    qtbot.waitUntil(lambda: setup.form.box("model").problem == "There is no model in missing.")
    assert setup.words == "There is no model in missing."
    assert not setup.run.isEnabled()
    choose(setup, "tiny", tmp_path)
    qtbot.waitUntil(setup.run.isEnabled)
    assert setup.form.box("model").problem == ""


def test_that_what_concerns_no_field_stands_beside_run(qtbot: QtBot, setup: Setup, tmp_path: Path) -> None:
    choose(setup, "crowded", tmp_path)
    qtbot.waitUntil(lambda: setup.words == "It needs 9 GB, and 4 GB are free.")
    assert not setup.run.isEnabled()


def test_that_a_file_that_cannot_be_looked_at_is_told_and_a_fault_of_ours_lets_it_run(
    qtbot: QtBot, setup: Setup, session: Session, tmp_path: Path
) -> None:
    choose(setup, "broken", tmp_path)
    qtbot.waitUntil(lambda: setup.words == "broken/config.json is no JSON text; copy it again.")
    said: list[str] = []
    session.message.connect(lambda words, level: said.append(words))
    choose(setup, "fault", tmp_path)
    qtbot.waitUntil(setup.run.isEnabled)
    assert said == ["A fault in Lexigraft: ZeroDivisionError. The log has the details."]


def test_that_what_is_typed_is_looked_at_once_it_rests(qtbot: QtBot, setup: Setup, tmp_path: Path) -> None:
    choose(setup, "tiny", tmp_path)
    qtbot.waitUntil(setup.run.isEnabled)
    note = setup.form.box("note").editor
    assert isinstance(note, TextEditor)
    qtbot.keyClicks(note.box, "some")
    assert not setup.run.isEnabled()
    qtbot.waitUntil(setup.run.isEnabled)


def test_that_an_answer_about_what_stood_there_before_does_not_let_it_run(
    qtbot: QtBot, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Session, "ask", lambda self, *args, then, **rest: asked.append(then))
    choose(setup, "tiny", tmp_path)
    note = setup.form.box("note").editor
    assert isinstance(note, TextEditor)
    qtbot.keyClicks(note.box, "some")
    asked[0](Preview(seconds=25))
    assert not setup.run.isEnabled()
    qtbot.waitUntil(lambda: len(asked) == 2)
    asked[1](Preview(seconds=25))
    assert setup.run.isEnabled()


def test_that_run_hands_over_the_request_as_a_person_set_it(
    qtbot: QtBot, setup: Setup, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "tiny").mkdir()
    choose(setup, "tiny", tmp_path)
    setup.set_field("shape.size", 5)
    setup.set_field("seed", 7)
    setup.set_field("device", "cpu")
    qtbot.waitUntil(setup.run.isEnabled)
    with qtbot.waitSignal(setup.submitted) as submitted:
        qtbot.mouseClick(setup.run, Qt.MouseButton.LeftButton)
    spec: RunSpec = submitted.args[0]
    assert (spec.kind, spec.seed, spec.device, spec.title) == ("test-ask", 7, "cpu", "tiny round")
    request = AskRequest.model_validate(spec.request)
    assert request.model == tmp_path / "tiny"
    assert request.shape.model_dump() == {"name": "round", "size": 5}
    assert tmp_path / "tiny" in [known.path for known in known_paths(session.project, "model")]


def test_that_a_double_press_makes_one_run(qtbot: QtBot, setup: Setup, tmp_path: Path) -> None:
    choose(setup, "tiny", tmp_path)
    qtbot.waitUntil(setup.run.isEnabled)
    specs: list[Any] = []
    setup.submitted.connect(specs.append)
    setup.run.click()
    setup.run.click()
    assert len(specs) == 1
    setup.set_busy(False)
    assert setup.run.isEnabled()


def test_that_the_seed_says_when_chance_has_no_part(setup: Setup) -> None:
    assert setup.form.box("seed").line == NOT_RANDOM
    setup.set_field("shape", "rough")
    setup.form._arrange()
    setup._look()
    assert setup.form.box("seed").line == "Where chance begins."


def test_that_the_seed_follows_the_choice_and_the_device_is_a_rare_field(setup: Setup) -> None:
    assert [box.field.key for box in setup.form._shown()] == [
        "model",
        "shape",
        "shape.size",
        "seed",
        "text",
        "way",
        "limit",
        "note",
        "names",
        "part",
        "cutter",
        "out",
        "device",
    ]
    seed = setup.form.box("seed").editor
    assert isinstance(seed, IntegerEditor)
    assert seed.box.minimum() == 0


def test_that_its_contents_and_folds_come_back(setup: Setup, tmp_path: Path) -> None:
    choose(setup, "tiny", tmp_path)
    setup.set_field("seed", 3)
    setup.form.more.set_opened(True)
    state = setup.state()
    setup.show_spec({}, 0, "auto")
    setup.form.more.set_opened(False)
    setup.restore(state)
    assert setup.state() == state
    for strange in ({}, {"values": 3, "more": "yes"}, {"values": {"gone": 1, "shape": None}}):
        setup.restore(strange)


def test_that_nothing_can_be_run_without_a_project(
    qtbot: QtBot, setup: Setup, session: Session, tmp_path: Path
) -> None:
    choose(setup, "tiny", tmp_path)
    qtbot.waitUntil(setup.run.isEnabled)
    session.close_project()
    assert not setup.run.isEnabled()
    assert setup.words == "Open a project first: a run is recorded in it."
