from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.widgets.choice_editor import ChoiceEditor, SpeltEditor, lines_of
from app.widgets.form_schema import Field, Member

TITLES = {"corpus": "Text to learn from", "donor": "Donor model"}
K = Field(path=("method", "k"), title="k", kind="integer", default=64)
MEMBERS = (
    Member(
        "omp",
        "OMP, orthogonal matching pursuit",
        "A sparse sum.",
        "arXiv 2506.06607",
        False,
        (K,),
        ("donor",),
    ),
    Member("mean", "Mean", "The mean of all.", "baseline", False, ()),
    Member("focus", "FOCUS", "A sparse mixture.", "arXiv 2305.14481", False, (), ("corpus",)),
)
FIELD = Field(
    path=("method",),
    title="Method",
    kind="choice",
    default={"name": "omp"},
    discriminator="name",
    members=MEMBERS,
)


@pytest.fixture
def editor(qtbot: QtBot) -> ChoiceEditor:
    return shown(qtbot, ChoiceEditor(FIELD, TITLES))


def shown(qtbot: QtBot, made: Any) -> Any:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 500)
    made.setParent(window)
    made.resize(300, 40)
    made.kept = window  # Python would let go of it
    window.show()
    return made


def test_that_members_are_grouped_by_what_they_need() -> None:
    assert [(line.name, line.group) for line in lines_of(MEMBERS, TITLES)] == [
        ("mean", "Needs nothing else"),
        ("focus", "Needs text to learn from"),
        ("omp", "Needs donor model"),
    ]


def test_that_a_list_opens_that_can_be_searched_by_what_a_member_does(
    qtbot: QtBot, editor: ChoiceEditor
) -> None:
    assert editor.value() == "omp"
    qtbot.keyClick(editor.box, Qt.Key.Key_Down)
    listed = editor._open
    assert listed is not None
    assert [line.name for line in listed.lines.lines if line.name] == ["mean", "focus", "omp"]
    assert listed.lines.lines[listed.list.currentIndex().row()].name == "omp"
    listed.field.setText("2305 sparse")
    assert [line.name for line in listed.lines.lines if line.name] == ["focus"]
    with qtbot.waitSignal(editor.changed):
        qtbot.keyClick(listed.field, Qt.Key.Key_Return)
    assert editor.value() == "focus"
    assert editor.box.accessibleName() == "Method: FOCUS"
    assert listed.isHidden()


def test_that_arrows_go_over_the_heads_of_groups(qtbot: QtBot, editor: ChoiceEditor) -> None:
    editor.set_value("mean")
    editor.unfold()
    listed = editor._open
    assert listed is not None
    for name in ("focus", "omp", "omp"):
        qtbot.keyClick(listed.field, Qt.Key.Key_Down)
        assert listed.lines.lines[listed.list.currentIndex().row()].name == name
    qtbot.keyClick(listed.field, Qt.Key.Key_Up)
    assert listed.lines.lines[listed.list.currentIndex().row()].name == "focus"
    qtbot.keyClick(listed.field, Qt.Key.Key_Escape)
    assert editor.value() == "mean"


def test_that_what_is_not_found_is_said(editor: ChoiceEditor) -> None:
    editor.unfold()
    listed = editor._open
    assert listed is not None
    listed.field.setText("no such thing")
    assert not listed.list.isVisible()


def test_that_an_unknown_name_is_taken_for_the_default(editor: ChoiceEditor) -> None:
    for strange in ("gone", None, 3):
        editor.set_value(strange)
        assert editor.value() == "omp"


def test_that_a_line_holds_a_member_and_its_parameters(qtbot: QtBot) -> None:
    field = replace(FIELD, path=("head",), kind="spelt", default=None, nullable=True, none="the same")
    editor: SpeltEditor = shown(qtbot, SpeltEditor(field, TITLES))
    assert editor.value() is None
    editor.set_value("omp k=8")
    assert editor.value() == "omp k=8"
    assert editor.member is MEMBERS[0]
    with qtbot.waitSignal(editor.changed):
        editor.parameters.setText(" k=16 ")
    assert editor.value() == "omp k=16"
    editor.unfold()
    assert editor._open is not None
    assert editor._open.lines.lines[0].title == "The same"
    qtbot.keyClick(editor._open.field, Qt.Key.Key_Up)
    qtbot.keyClick(editor._open.field, Qt.Key.Key_Up)
    qtbot.keyClick(editor._open.field, Qt.Key.Key_Up)
    qtbot.keyClick(editor._open.field, Qt.Key.Key_Return)
    assert editor.value() is None
    assert editor.parameters.isHidden()
