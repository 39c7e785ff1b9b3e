from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.chips_editor import Chip, ChipsEditor, chip_name
from app.widgets.form_schema import Field

FIELD = Field(("tokenizers",), "Tokenizers", "paths", input="tokenizer")


@pytest.fixture
def editor(qtbot: QtBot, session: Session) -> ChipsEditor:
    made = ChipsEditor(FIELD, session)
    qtbot.addWidget(made)
    made.resize(320, 200)
    made.show()
    made.set_value(["/t/llama", "/t/o200k_base.tiktoken", "/m/gpt/tokenizer.json"])
    return made


def names(editor: ChipsEditor) -> list[str]:
    return [chip.label.text() for chip in editor.chips]


def test_that_each_tokenizer_is_a_chip_by_its_name(editor: ChipsEditor) -> None:
    assert names(editor) == ["llama", "o200k_base", "gpt"]
    assert all(chip.isVisible() for chip in editor.chips)
    assert editor.add.accessibleName() == "Tokenizers: llama, o200k_base, gpt; add one"


def test_that_a_button_and_delete_take_one_out(qtbot: QtBot, editor: ChipsEditor) -> None:
    with qtbot.waitSignal(editor.changed):
        qtbot.mouseClick(editor.chips[1].remove, Qt.MouseButton.LeftButton)
    assert editor.value() == ["/t/llama", "/m/gpt/tokenizer.json"]
    assert editor.chips[1].remove.hasFocus()
    qtbot.keyClick(editor.chips[1].remove, Qt.Key.Key_Delete)
    qtbot.keyClick(editor.chips[0].remove, Qt.Key.Key_Backspace)
    assert (editor.value(), names(editor)) == ([], [])
    assert editor.add.hasFocus()
    assert editor.add.accessibleName() == "Tokenizers: none yet; add one"


def test_that_dropped_ones_join_and_none_twice(editor: ChipsEditor) -> None:
    editor.take([Path("/t/new.model"), Path("/t/llama")])
    assert names(editor) == ["llama", "o200k_base", "gpt", "new"]


def test_that_long_names_are_cut_and_told_whole(qtbot: QtBot) -> None:
    chip = Chip(0, Path("/t/a-very-long-name-of-a-tokenizer-of-mine"))
    qtbot.addWidget(chip)
    assert chip.label.text().endswith("…")
    assert chip.remove.accessibleName() == "Take out a-very-long-name-of-a-tokenizer-of-mine"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("cl100k_base", "cl100k_base"),
        ("/m/prose/tokenizer.json", "prose"),
        ("/m/tekken.json", "tekken"),
        ("/m/qwen2.5", "qwen2.5"),
    ],
)
def test_that_names_are_short(path: str, name: str) -> None:
    assert chip_name(Path(path)) == name
