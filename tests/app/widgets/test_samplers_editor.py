from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.form import Form
from app.widgets.form_schema import fields_of
from app.widgets.samplers_editor import SamplersEditor
from core.generation.generate.request import GenerateRequest
from core.generation.samplers import PLACES


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> Form:
    made = Form(fields_of(GenerateRequest), session)
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.show()
    return made


@pytest.fixture
def editor(form: Form) -> SamplersEditor:
    found = form.box("samplers").editor
    assert isinstance(found, SamplersEditor)
    return found


def kinds(editor: SamplersEditor) -> list[str]:
    return [row["kind"] for row in editor.value()]


def test_that_lines_and_dicts_are_shown_and_come_back(form: Form, editor: SamplersEditor) -> None:
    form.set_values({"models": ["/m"], "samplers": ["temperature t=0.5", {"kind": "top-k", "k": 7}]})
    assert [row.words for row in editor.rows] == ["Temperature · 0.5", "Top-k · 7"]
    values = {key: value for key, value in form.values().items() if key not in ("seed", "device")}
    request = GenerateRequest.model_validate(values)
    assert [one.line for one in request.samplers] == ["temperature t=0.5", "top-k k=7"]


def test_that_a_new_one_stands_where_it_usually_does(qtbot: QtBot, editor: SamplersEditor) -> None:
    editor.add_kind("top-k")
    with qtbot.waitSignal(editor.changed):
        editor.add_kind("temperature")
    assert kinds(editor) == ["temperature", "top-k"]


def test_that_the_keyboard_moves_and_takes_out(qtbot: QtBot, editor: SamplersEditor) -> None:
    editor.set_value(["temperature", "top-k k=3"])
    editor.rows[1].head.setFocus()
    qtbot.keyClick(editor.rows[1].head, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert kinds(editor) == ["top-k", "temperature"]
    assert not editor.rows[0].up.isEnabled()
    assert editor.rows[0].down.isEnabled()
    qtbot.keyClick(editor.rows[0].head, Qt.Key.Key_Delete)
    assert kinds(editor) == ["temperature"]


def test_that_a_preset_fills_an_empty_list_and_sorts_one_that_is_not(editor: SamplersEditor) -> None:
    for name, order in PLACES.items():
        editor.put_in_order(name)
        assert kinds(editor) == sorted(kinds(editor), key=order.index)
        assert len(kinds(editor)) >= 2


def test_that_what_is_set_in_its_form_is_the_value(qtbot: QtBot, editor: SamplersEditor) -> None:
    editor.set_value(["top-k"])
    editor.rows[0].open()
    form = editor.rows[0].form
    assert form is not None
    form.box("k").editor.set_value(12)
    form.changed.emit()
    assert editor.value() == [{"kind": "top-k", "k": 12}]
    assert editor.rows[0].words == "Top-k · 12"


def test_that_what_is_wrong_names_the_sampler(editor: SamplersEditor) -> None:
    editor.set_value(["top-k"])
    assert (
        editor.fault((0, "top-k", "k"), "Input should be greater.", False)
        == "Top-k: k: Input should be greater."
    )
