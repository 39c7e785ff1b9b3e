from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.form import Form
from app.widgets.form_editors import IntegerEditor, LinesEditor, NumberEditor, NumbersEditor
from app.widgets.form_schema import fields_of
from app.widgets.known_paths import known_paths, remember_pick
from app.widgets.path_editors import OutputEditor, PathEditor, PathsEditor
from core.jobs.request import Request
from tests.app.conftest import RecordedDialogs
from tests.app.widgets.asking import AskRequest

DEFAULTS = {
    "shape": {"name": "round", "size": 3},
    "text": [],
    "way": "up",
    "limit": 2_000,
    "note": "",
    "names": [],
    "part": None,
    "cutter": None,
    "out": None,
}


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> Form:
    made = Form(fields_of(AskRequest), session)
    qtbot.addWidget(made)
    made.resize(320, 600)
    made.show()
    return made


def path_editor(form: Form, key: str) -> PathEditor:
    editor = form.box(key).editor
    assert isinstance(editor, PathEditor)
    return editor


def texts(form: Form) -> PathsEditor:
    editor = form.box("text").editor
    assert isinstance(editor, PathsEditor)
    return editor


def drop(widget: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    widget.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))


def test_that_it_begins_with_the_defaults_and_leaves_out_what_is_not_chosen(form: Form) -> None:
    assert form.values() == DEFAULTS


def test_that_every_kind_of_value_goes_in_and_comes_out(form: Form, tmp_path: Path) -> None:
    values = {
        "model": str(tmp_path / "tiny"),
        "shape": {"name": "rough", "spread": 0.125, "smooth": True},
        "text": [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")],
        "way": "down",
        "limit": None,
        "note": "ünïcode",
        "names": ["<|call|>", " two words"],
        "part": 0.5,
        "cutter": "cl100k_base",
        "out": str(tmp_path / "out"),
    }
    form.set_values(values)
    assert form.values() == values
    AskRequest.model_validate(form.values())
    form.set_values({})
    assert form.values() == DEFAULTS


def test_that_strange_values_are_taken_for_the_defaults(form: Form) -> None:
    form.set_values({"shape": "square", "text": "a.txt", "way": 3, "limit": "much", "out": 5, "names": "x"})
    form.set_values({"model": ["x"], "part": "half", "cutter": 3})
    assert form.values() == DEFAULTS


def test_that_a_choice_shows_its_sentence_its_source_and_only_its_own_parameters(
    qtbot: QtBot, form: Form
) -> None:
    assert form.box("shape").line == "All of one size. arXiv 2506.06607."
    chooser = form.box("shape").editor.control
    assert isinstance(chooser, QComboBox)
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(chooser, Qt.Key.Key_Down)
    assert form.box("shape").line == "No two alike."
    assert form.values()["shape"] == {"name": "rough", "spread": 0.25, "smooth": False}
    assert form.box("shape.spread").isVisible()
    with pytest.raises(StopIteration):
        form.box("shape.size")


def test_that_a_members_parameters_are_kept_while_another_is_looked_at(form: Form) -> None:
    form.set_values({"shape": {"name": "round", "size": 7}})
    chooser = form.box("shape").editor.control
    assert isinstance(chooser, QComboBox)
    chooser.setCurrentIndex(1)
    chooser.setCurrentIndex(0)
    assert form.values()["shape"] == {"name": "round", "size": 7}


def test_that_rare_fields_are_behind_one_fold_which_names_them(qtbot: QtBot, form: Form) -> None:
    assert not form.box("limit").isVisible()
    assert form.more.button.words == "More: limit, note, names, part, cutter, output"
    qtbot.keyClick(form.more.button, Qt.Key.Key_Space)
    assert form.box("limit").isVisible()


def test_that_help_gives_way_to_a_note_and_a_note_to_a_problem(form: Form) -> None:
    box = form.box("model")
    assert box.line == "What to read."
    form.show_lines({"model": "Llama, 5.1 M parameters"}, {})
    assert box.line == "Llama, 5.1 M parameters"
    assert form.show_lines({"model": "Llama"}, {"model": "It is <b>gone</b>.", "": "No room."}) == [
        "No room."
    ]
    assert box.line == box.problem == "It is <b>gone</b>."
    assert box.editor.control.property("invalid") is True
    assert box.editor.control.accessibleDescription() == "It is <b>gone</b>."
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in box.findChildren(QLabel))
    form.show_lines({}, {})
    assert (box.line, box.editor.control.property("invalid")) == ("What to read.", False)


def test_that_a_folded_field_with_a_problem_is_unfolded_and_can_be_gone_to(form: Form) -> None:
    form.show_lines({}, {"out": "It is not empty."})
    assert form.more.opened
    form.focus_problem()
    assert form.box("out").editor.control.hasFocus()


def test_that_a_parameter_may_be_named_with_or_without_its_choice(form: Form) -> None:
    for key in ("shape.size", "size"):
        assert form.show_lines({}, {key: "Too large."}) == []
        assert form.box("shape.size").problem == "Too large."


def test_that_tab_goes_through_the_fields_in_their_order(qtbot: QtBot, form: Form) -> None:
    form.more.set_opened(True)
    form.activateWindow()
    form.box("model").editor.control.setFocus()
    reached: list[str] = []
    for _ in range(30):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused.accessibleName() in reached:
            break
        reached.append(focused.accessibleName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert reached == [
        "Model",
        "Browse for: Model",
        "Shape",
        "Size",
        "Your text: None yet: add or drop files",
        "Add to: Your text",
        "Way",
        "More: limit, note, names, part, cutter, output",
        "Limit",
        "Limit: none",
        "Note",
        "Names",
        "Part: none",
        "Cutter",
        "Browse for: Cutter",
        "Output",
        "Browse for: Output",
    ]


def test_that_the_wheel_changes_no_value_it_passes_over(form: Form) -> None:
    editor = form.box("shape.size").editor
    assert isinstance(editor, IntegerEditor)
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor.box, wheel)
    assert editor.value() == 3
    editor.box.setFocus()
    QApplication.sendEvent(editor.box, wheel)
    assert editor.value() == 4


def test_that_a_number_that_may_be_none_says_so(qtbot: QtBot, form: Form) -> None:
    form.more.set_opened(True)
    editor = form.box("limit").editor
    assert isinstance(editor, IntegerEditor)
    assert editor.none is not None
    with qtbot.waitSignal(form.changed):
        editor.none.click()
    assert form.values()["limit"] is None
    assert not editor.box.isEnabled()


def test_that_a_share_that_may_be_none_begins_with_the_whole(form: Form) -> None:
    editor = form.box("part").editor
    assert isinstance(editor, NumberEditor)
    assert editor.none is not None
    assert form.values()["part"] is None
    editor.none.click()
    assert form.values()["part"] == 1.0
    AskRequest.model_validate({**form.values(), "model": "m"})


def test_that_lines_are_written_one_under_another_and_empty_ones_are_none(qtbot: QtBot, form: Form) -> None:
    form.more.set_opened(True)
    editor = form.box("names").editor
    assert isinstance(editor, LinesEditor)
    low = editor.box.height()
    with qtbot.waitSignal(form.changed):
        editor.box.insertPlainText("<b>one</b>\n\n two\nthree")
    assert form.values()["names"] == ["<b>one</b>", " two", "three"]
    assert editor.box.height() > low


def test_that_a_tokenizer_may_be_named_or_picked_from_what_is_known(
    qtbot: QtBot, form: Form, tmp_path: Path
) -> None:
    form.more.set_opened(True)
    editor = path_editor(form, "cutter")
    line = editor.box.lineEdit()
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, "cl100k_base")
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert form.values()["cutter"] == "cl100k_base"
    remember_pick("tokenizer", Path("cl100k_base"))
    form.offer_known()
    starter = next(known for known in known_paths(None, "tokenizer") if known.label == "prose-bpe")
    qtbot.waitUntil(lambda: editor.box.findData(str(starter.path)) >= 0)
    assert form.values()["cutter"] == "cl100k_base"
    editor.box.setCurrentIndex(editor.box.findData(str(starter.path)))
    assert form.values()["cutter"] == str(starter.path)
    line.selectAll()
    qtbot.keyClicks(line, "prose-uni")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert form.values()["cutter"] in ("prose-uni", str(starter.path.with_name("prose-unigram")))


def test_that_a_model_is_browsed_for_dropped_or_known(
    qtbot: QtBot, form: Form, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    editor = path_editor(form, "model")
    dialogs.foresee("open_folder", tmp_path / "browsed")
    with qtbot.waitSignal(form.changed):
        editor.browse.click()
    assert editor.value() == str(tmp_path / "browsed")
    (tmp_path / "dropped").mkdir()
    with qtbot.waitSignal(form.changed):
        drop(editor, tmp_path / "dropped" / "model.safetensors")
    assert editor.value() == str(tmp_path / "dropped")
    remember_pick("model", tmp_path / "dropped")
    form.offer_known()
    qtbot.waitUntil(lambda: editor.box.findData(str(tmp_path / "dropped")) >= 0)
    assert editor.value() == str(tmp_path / "dropped")


def test_that_texts_are_added_counted_and_taken_out(
    qtbot: QtBot, form: Form, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    paths = [tmp_path / "one.txt", tmp_path / "日本語.txt"]
    for path in paths:
        path.write_text("x" * 500)
    editor = texts(form)
    dialogs.foresee("open_files", paths[:1])
    editor._browse()
    drop(editor, *paths)
    assert form.values()["text"] == [str(path) for path in paths]
    qtbot.waitUntil(lambda: editor.summary.text() == "2 files · 1 kB")
    editor.summary.click()
    assert editor.list.isVisible()
    editor.list.setCurrentRow(0)
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(editor.list, Qt.Key.Key_Delete)
    assert form.values()["text"] == [str(paths[1])]


def test_that_a_folder_of_texts_can_be_added_whole(
    qtbot: QtBot, form: Form, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "one.txt").write_text("x")
    editor = texts(form)
    dialogs.foresee("open_folder", tmp_path / "texts")
    editor._browse_folder()
    assert form.values()["text"] == [str(tmp_path / "texts")]
    editor.take([tmp_path / "one.txt"])
    qtbot.waitUntil(lambda: editor.summary.text() == "2 files and folders")


def test_that_the_menu_of_texts_offers_those_picked_before(qtbot: QtBot, form: Form, tmp_path: Path) -> None:
    path = tmp_path / "R&D.txt"
    path.write_text("x")
    remember_pick("text", path)
    editor = texts(form)
    form.offer_known()
    qtbot.waitUntil(lambda: any(known.path == path for known in editor._known))
    editor._fill_menu()
    action = next(action for action in editor._menu.actions() if action.text() == "R&&D.txt")
    action.trigger()
    assert form.values()["text"] == [str(path)]


def test_that_an_output_is_typed_dropped_or_browsed_for(
    form: Form, dialogs: RecordedDialogs, tmp_path: Path
) -> None:
    editor = form.box("out").editor
    assert isinstance(editor, OutputEditor)
    editor.box.setText(f" {tmp_path} ")
    assert form.values()["out"] == str(tmp_path)
    drop(editor, tmp_path / "other")
    assert form.values()["out"] == str(tmp_path / "other")
    dialogs.foresee("open_folder", tmp_path / "third")
    editor.browse.click()
    assert form.values()["out"] == str(tmp_path / "third")


def test_that_what_was_picked_before_and_is_gone_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("gone", "there", "there"):
        remember_pick("model", tmp_path / name)
    found = [known.path for known in known_paths(None, "model") if known.group == "picked before"]
    assert found == [tmp_path / "there"]


def test_that_a_long_number_is_shown_grouped(form: Form) -> None:
    box = form.box("limit").editor.control
    assert isinstance(box, QSpinBox)
    assert box.isGroupSeparatorShown()
    assert box.text().endswith(" bytes")


def test_that_a_long_name_does_not_widen_the_form(form: Form, tmp_path: Path) -> None:
    before = form.minimumSizeHint().width()
    editor = texts(form)
    editor.set_value([str(tmp_path / f"{'Donaudampfschifffahrt' * 6}.txt")])
    assert form.minimumSizeHint().width() == before
    assert "…" in editor.summary.text()
    assert editor.summary.words.startswith("Donaudampfschifffahrt")
    assert "Donaudampfschifffahrt" in editor.summary.accessibleName()


def test_that_no_control_is_squeezed_by_what_stands_beside_it(form: Form) -> None:
    font = form.font()
    font.setPointSizeF(font.pointSizeF() * 1.8)
    form.setFont(font)
    form.more.set_opened(True)
    form.resize(320, 2_000)
    for key in ("model", "text", "limit", "part", "out"):
        control = form.box(key).editor.control
        assert control.height() >= control.sizeHint().height(), key


class NumbersRequest(Request):
    weights: list[float] = Field([], title="Weights", description="One a model.")


def test_that_numbers_are_written_in_a_line(qtbot: QtBot, session: Session) -> None:
    form = Form(fields_of(NumbersRequest), session)
    qtbot.addWidget(form)
    form.set_values({"weights": [1, -0.5]})
    box = form.box("weights").editor
    assert isinstance(box, NumbersEditor)
    assert box.box.text() == "1 -0.5"
    box.box.setText("1, 2 −3 x")
    assert form.values() == {"weights": [1.0, 2.0, -3.0, "x"]}
