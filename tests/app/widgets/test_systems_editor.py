from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.form import Form
from app.widgets.form_schema import fields_of
from app.widgets.others_editor import OtherEditor, OthersEditor
from app.widgets.systems_editor import SystemsEditor
from core.retrieval.evaluate.request import RetrievalRequest

SYSTEMS: list[Any] = ["bm25 k1=0.9", "/models/minilm", "hybrid of=bm25,minilm"]


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> Form:
    made = Form(fields_of(RetrievalRequest), session)
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.show()
    made.set_values({"collection": "/c/cranfield", "systems": SYSTEMS})
    return made


@pytest.fixture
def editor(form: Form) -> SystemsEditor:
    found = form.box("systems").editor
    assert isinstance(found, SystemsEditor)
    return found


def names(editor: SystemsEditor) -> list[str]:
    return [row.head.words for row in editor.rows]


def test_that_lines_and_dicts_are_shown_and_come_back(form: Form, editor: SystemsEditor) -> None:
    assert names(editor) == ["BM25 · k1 0.9, b 0.75", "minilm", "Hybrid · RRF of both"]
    assert editor.value() == [
        {"kind": "bm25", "k1": 0.9},
        {"kind": "dense", "model": "/models/minilm"},
        {"kind": "hybrid", "of": ["bm25", "minilm"]},
    ]
    values = {key: value for key, value in form.values().items()}
    request = RetrievalRequest.model_validate(values)
    form.set_values(request.model_dump(mode="json"))
    assert RetrievalRequest.model_validate(form.values()) == request


def test_that_opening_every_system_changes_nothing(form: Form, editor: SystemsEditor) -> None:
    before = RetrievalRequest.model_validate(form.values())
    editor.set_value(
        [*SYSTEMS, "rerank model=/models/cross of=bm25", "late model=/models/minilm", "file path=/r"]
    )
    asked = RetrievalRequest.model_validate(form.values())
    for row in editor.rows:
        row.open()
        assert row.form is not None
        assert row.form.isVisible()
    assert RetrievalRequest.model_validate(form.values()) == asked
    assert asked.systems[:3] == before.systems
    assert [row.head.isChecked() for row in editor.rows] == [False] * 5 + [True]


def test_that_a_parameter_changes_the_name(qtbot: QtBot, editor: SystemsEditor) -> None:
    row = editor.rows[0]
    row.open()
    assert row.form is not None
    with qtbot.waitSignal(editor.changed):
        row.form.box("k1").editor.control.setValue(1.5)  # type: ignore[attr-defined]
    assert names(editor)[0] == "BM25 · k1 1.5, b 0.75"
    assert editor.value()[0]["k1"] == 1.5
    assert editor.value()[2]["of"] == ["bm25", "minilm"]


def test_that_what_refers_to_a_system_by_its_name_follows_it(editor: SystemsEditor) -> None:
    hybrid = {"kind": "hybrid", "of": ["BM25 · k1 2, b 0.75", "bm25"]}
    editor.set_value(["bm25", "bm25 k1=2", hybrid])
    row = editor.rows[1]
    row.open()
    assert row.form is not None
    row.form.box("k1").editor.control.setValue(3.0)  # type: ignore[attr-defined]
    assert editor.value()[2]["of"] == ["BM25 · k1 3, b 0.75", "bm25"]
    editor.rows[0].removed.emit()
    assert editor.value()[1]["of"] == ["bm25"]


def test_that_a_hybrid_offers_the_others(qtbot: QtBot, editor: SystemsEditor) -> None:
    row = editor.rows[2]
    row.open()
    assert row.form is not None
    of = row.form.box("of").editor
    assert isinstance(of, OthersEditor)
    assert [box.text() for box in of.stops()] == ["BM25 · k1 0.9, b 0.75", "minilm"]  # type: ignore[attr-defined]
    of.stops()[0].click()  # type: ignore[attr-defined]
    assert editor.value()[2]["of"] == ["minilm"]
    of.stops()[1].click()  # type: ignore[attr-defined]
    assert editor.value()[2]["of"] is None


def test_that_a_reranker_chooses_one(editor: SystemsEditor) -> None:
    editor.set_value(["bm25", "/models/minilm", "rerank model=/models/cross of=minilm"])
    row = editor.rows[2]
    row.open()
    assert row.form is not None
    of = row.form.box("of").editor
    assert isinstance(of, OtherEditor)
    assert of.box.currentText() == "minilm"
    of.box.setCurrentIndex(0)
    of.box.activated.emit(0)
    assert editor.value()[2]["of"] == "bm25"


def test_that_one_that_needs_a_model_opens_when_it_is_added(qtbot: QtBot, editor: SystemsEditor) -> None:
    with qtbot.waitSignal(editor.changed):
        editor.add_kind("dense")
    assert editor.rows[-1].head.isChecked()
    assert names(editor)[-1] == "Dense vectors"
    editor.add_kind("bm25")
    assert not editor.rows[-1].head.isChecked()
    assert names(editor)[-1] == "BM25 · k1 1.2, b 0.75"


def test_that_two_of_the_same_are_told_apart(editor: SystemsEditor) -> None:
    editor.set_value(["bm25", "bm25"])
    assert names(editor) == ["BM25 · k1 1.2, b 0.75", "BM25 · k1 1.2, b 0.75 (2)"]


def test_that_delete_takes_one_out(qtbot: QtBot, editor: SystemsEditor) -> None:
    editor.rows[1].head.setFocus()
    qtbot.keyClick(editor.rows[1].head, Qt.Key.Key_Delete)
    assert names(editor) == ["BM25 · k1 0.9, b 0.75", "Hybrid · RRF of 1"]
    assert editor.value()[1]["of"] == ["bm25"]
    assert editor.rows[1].remove.hasFocus()


def test_that_models_and_rankings_can_be_dropped(editor: SystemsEditor, tmp_path: Path) -> None:
    model, run = tmp_path / "gte", tmp_path / "other.run"
    model.mkdir()
    (model / "modules.json").write_text("[]")
    run.write_text("1 Q0 d1 1 0.5 x\n")
    assert editor.take([model, run])
    assert names(editor)[-2:] == ["gte", "other"]
    assert not editor.take([tmp_path / "gone"])


def test_that_what_is_wrong_is_said_with_the_system(form: Form, editor: SystemsEditor) -> None:
    editor.set_value(["bm25", {"kind": "dense"}])
    assert form.fault(("systems", 1, "dense", "model"), "", missing=True) == (
        "systems",
        "Dense vectors: choose the model.",
    )
    assert form.fault(("systems", 0, "bm25", "b"), "Too large.") == (
        "systems",
        "BM25 · k1 1.2, b 0.75: b: Too large.",
    )
    assert form.fault(("collection",), "Gone.") is None


def test_that_a_wrong_parameter_is_said_beside_it(editor: SystemsEditor) -> None:
    row = editor.rows[0]
    row.open()
    assert row.form is not None
    row.form.box("words").editor.control.setText("(")  # type: ignore[attr-defined]
    assert "no regular expression" in row.form.box("words").line
