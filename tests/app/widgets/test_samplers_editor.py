from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
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


def drag(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, editor: SamplersEditor, at: int, onto: float) -> None:
    """Take hold of the row `at`, and let it go at the height of row `onto` (halves lie between two)."""
    head = editor.rows[at].head
    first, second = (editor.rows[place].geometry().center().y() for place in (0, 1))
    where = QPointF(20, first + onto * (second - first))
    move, left, none = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    def let_go(made: QDrag, *_: object) -> Qt.DropAction:
        mime = made.mimeData()
        QApplication.sendEvent(editor, QDragEnterEvent(where.toPoint(), move, mime, left, none))
        QApplication.sendEvent(editor, QDragMoveEvent(where.toPoint(), move, mime, left, none))
        QApplication.sendEvent(editor, QDropEvent(where, move, mime, left, none))
        return move

    monkeypatch.setattr(QDrag, "exec", let_go)
    qtbot.mousePress(head, left, pos=QPoint(20, 8))
    qtbot.mouseMove(head, QPoint(20, 8 + 3 * QApplication.startDragDistance()))


@pytest.mark.parametrize(
    ("at", "onto", "order"),
    [
        (0, 2.4, ["top-k", "min-p", "temperature"]),
        (2, -0.4, ["min-p", "temperature", "top-k"]),
        (0, 1.4, ["top-k", "temperature", "min-p"]),
        (1, 0.9, ["temperature", "top-k", "min-p"]),
    ],
)
def test_that_a_row_is_dragged_to_where_it_is_let_go(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    editor: SamplersEditor,
    at: int,
    onto: float,
    order: list[str],
) -> None:
    editor.set_value(["temperature", "top-k k=3", "min-p"])
    qtbot.waitUntil(lambda: editor.rows[1].y() > editor.rows[0].y())
    drag(qtbot, monkeypatch, editor, at, onto)
    assert kinds(editor) == order
    assert not editor.rows[0].head.isChecked()


def test_that_what_comes_from_elsewhere_is_not_taken(editor: SamplersEditor) -> None:
    editor.set_value(["temperature"])
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.MoveAction,
        QMimeData(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(editor, event)
    assert not event.isAccepted()
