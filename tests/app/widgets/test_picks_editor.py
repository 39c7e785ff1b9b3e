from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.form import Form
from app.widgets.form_schema import fields_of
from app.widgets.picks_editor import CHOSEN, EVERY, PicksEditor
from core.transplant.sweep.request import SweepRequest


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> Form:
    made = Form(fields_of(SweepRequest), session)
    qtbot.addWidget(made)
    made.resize(330, 900)
    made.show()
    return made


@pytest.fixture
def picks(form: Form) -> PicksEditor:
    editor = form.box("method").editor
    assert isinstance(editor, PicksEditor)
    return editor


def test_that_all_is_what_is_proposed_and_the_list_is_folded_away(form: Form, picks: PicksEditor) -> None:
    assert form.values()["method"] == ["all"]
    assert not picks.list.isVisible()
    assert picks.more.box.placeholderText() == "procrustes / mean"


def test_that_a_tick_brings_the_sentence_and_the_parameters(
    qtbot: QtBot, form: Form, picks: PicksEditor
) -> None:
    picks.which.choose(CHOSEN)
    omp, fvt = picks.rows["omp"], picks.rows["fvt"]
    assert not omp.sentence.isVisible()
    with qtbot.waitSignal(form.changed):
        omp.box.click()
    assert omp.sentence.text().startswith("Each new token as a sparse sum")
    assert omp.parameters.isVisible()
    assert omp.parameters.placeholderText().startswith("k=64 ")
    qtbot.keyClicks(omp.parameters, "k=8,16")
    fvt.box.click()
    assert not fvt.parameters.isVisible()
    picks.more.box.setPlainText("procrustes / mean")
    assert form.values()["method"] == ["fvt", "omp k=8,16", "procrustes / mean"]
    picks.which.choose(EVERY)
    assert form.values()["method"] == ["all", "procrustes / mean"]


def test_that_lines_are_ticked_where_the_list_can_say_them_and_kept_as_words_else(
    form: Form, picks: PicksEditor
) -> None:
    asked = ["fvt", "omp k=8", "omp k=16 normalise=true", "fvt / mean", "magic 1"]
    form.set_values({"method": asked})
    assert sorted(form.values()["method"]) == sorted(asked)
    assert picks.rows["omp"].parameters.text() == "k=8"
    assert picks.more.value() == ["omp k=16 normalise=true", "fvt / mean", "magic 1"]
    form.set_values({"method": ["all"]})
    assert form.values()["method"] == ["all"]
    assert not picks.rows["omp"].box.isChecked()


def test_that_it_is_gone_through_by_keys_and_named(qtbot: QtBot, picks: PicksEditor) -> None:
    picks.which.buttons[EVERY].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(picks.which.buttons[EVERY], Qt.Key.Key_Right)
    assert picks.list.isVisible()
    row = picks.rows["omp"]
    row.box.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(row.box, Qt.Key.Key_Space)
    assert picks.value() == ["omp"]
    assert row.parameters.accessibleName() == "Parameters of OMP, orthogonal matching pursuit"
    assert row.box.accessibleDescription() == row.pick.sentence
