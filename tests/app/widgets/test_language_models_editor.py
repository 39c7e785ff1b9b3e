from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.form_schema import fields_of
from app.widgets.language_models_editor import LanguageModelsEditor
from app.widgets.models_in_memory import models_in_memory
from core.generation.generate.request import GenerateRequest
from core.generation.memory.result import ModelsInMemoryResult
from core.generation.result_parts import Resident, Residents
from core.jobs.request import RunSpec

FIELD = next(field for field in fields_of(GenerateRequest) if field.key == "models")


@pytest.fixture
def editor(qtbot: QtBot, session: Session) -> LanguageModelsEditor:
    made = LanguageModelsEditor(FIELD, session)
    qtbot.addWidget(made)
    made.resize(320, 300)
    made.show()
    return made


def folder(at: Path, weights: int = 2_000_000) -> Path:
    at.mkdir(parents=True)
    (at / "config.json").write_text("{}")
    (at / "model.safetensors").write_bytes(b"\0" * weights)
    return at


def test_that_every_model_has_its_name_its_colour_and_its_size(
    qtbot: QtBot, editor: LanguageModelsEditor, tmp_path: Path
) -> None:
    one, two = folder(tmp_path / "a" / "prose"), folder(tmp_path / "b" / "prose")
    editor.set_value([str(one), str(two)])
    assert [row.sign.name for row in editor.rows] == ["a/prose", "b/prose"]
    assert len({row.sign.number for row in editor.rows}) == 2
    qtbot.waitUntil(lambda: editor.rows[0].memory.text() == "2 MB on disk")


def test_that_four_are_the_most_and_a_file_stands_for_its_folder(
    qtbot: QtBot, editor: LanguageModelsEditor, tmp_path: Path
) -> None:
    folders = [folder(tmp_path / name, 10) for name in "abcde"]
    editor.take(folders[:3])
    editor.take([folders[3] / "config.json"])
    assert editor.value() == [str(path) for path in folders[:4]]
    assert editor.add.isHidden()
    with qtbot.waitSignal(editor.changed):
        editor.take([folders[4]])
    assert editor.value() == [str(path) for path in (*folders[:3], folders[4])]


def test_that_one_in_memory_says_what_it_takes(
    editor: LanguageModelsEditor, session: Session, tmp_path: Path
) -> None:
    one = folder(tmp_path / "prose", 10)
    editor.set_value([str(one)])
    assert editor.rows[0].unload.isHidden()
    resident = Resident(path=str(one), name="prose", bytes=21_000_000, dtype="float32", device="cpu")
    memory = models_in_memory(session)
    memory.residents = Residents(models=[resident])
    memory.changed.emit()
    assert editor.rows[0].memory.text() == "21 MB"
    assert "In memory" in editor.rows[0].accessibleName()


def test_that_delete_takes_a_model_out(qtbot: QtBot, editor: LanguageModelsEditor, tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one", 10), folder(tmp_path / "two", 10)
    editor.set_value([str(one), str(two)])
    editor.rows[0].remove.setFocus()
    qtbot.keyClick(editor.rows[0].remove, Qt.Key.Key_Delete)
    assert editor.value() == [str(two)]


def test_that_a_model_is_let_go_by_its_button(
    qtbot: QtBot,
    editor: LanguageModelsEditor,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = folder(tmp_path / "prose", 10)
    editor.set_value([str(one)])
    asked: list[RunSpec] = []

    def ask(spec: RunSpec, *, then: Callable[[ModelsInMemoryResult], None], **more: Any) -> None:
        asked.append(spec)
        then(ModelsInMemoryResult())

    monkeypatch.setattr(session, "ask_engine", ask)
    memory = models_in_memory(session)
    resident = Resident(path=str(one), name="prose", bytes=21_000_000, dtype="float32", device="cpu")
    memory.residents = Residents(models=[resident])
    memory.changed.emit()
    qtbot.mouseClick(editor.rows[0].unload, Qt.MouseButton.LeftButton)
    assert asked[0].request == {"unload": [str(one)]}
    assert editor.rows[0].unload.isHidden()
