from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.tokenizers.compare.tab import CompareTab
from app.session import Session
from app.widgets.known_paths import starter_models, starter_texts
from core.jobs.events import ErrorInfo, Finished, Partial, Progress
from core.jobs.request import RunSpec
from core.project.project import Project
from core.tokenizers.compare.result import CompareTokenizersResult
from tests.app.panels.tokenizers.cells import cells
from tests.app.panels.tokenizers.compare import made_up
from tests.app.panels.tokenizers.conftest import MadeUpLive
from tests.app.test_accessibility import nameless


@pytest.fixture
def tab(project: Project, live: MadeUpLive, show_tab: Callable[..., CompareTab]) -> CompareTab:
    return show_tab(CompareTab)


@pytest.fixture
def record(qtbot: QtBot, project: Project, tab: CompareTab) -> Callable[..., int]:
    def record(finished: Finished | None = None) -> int:
        request = {
            "tokenizers": [str(path) for path in starter_models()],
            "text": [str(path) for path in starter_texts()],
        }
        run_id = project.add_run(RunSpec(kind="compare-tokenizers", request=request, title="t")).result()
        if finished is not None:
            project.start_run(run_id).result()
            project.finish_run(run_id, finished).result()
        tab.show_run(project.run(run_id))
        if finished is not None and finished.status == "done":
            qtbot.waitUntil(lambda: tab.page.result is not None and not tab._to_fill)
        return run_id

    return record


def done(result: CompareTokenizersResult) -> Finished:
    return Finished(status="done", result=result.model_dump(mode="json"))


def test_that_the_first_visit_shows_the_starters_cutting_the_sample(tab: CompareTab) -> None:
    assert tab.tokenizers == starter_models()
    assert [row.name for row in tab.ribbons.view.rows] == ["prose-bpe", "prose-unigram"]
    assert all(row.ribbon is not None for row in tab.ribbons.view.rows)
    chips = [chip.label.text() for chip in tab.page.setup.form.box("tokenizers").editor.chips]  # type: ignore[attr-defined]
    assert chips == ["prose-bpe", "prose-unigram"]
    assert not tab.cards.measures.isVisible()
    assert not tab.page.empty.isVisible()


def test_that_taking_a_chip_out_takes_its_ribbon_out(qtbot: QtBot, tab: CompareTab) -> None:
    editor: Any = tab.page.setup.form.box("tokenizers").editor
    qtbot.mouseClick(editor.chips[0].remove, Qt.MouseButton.LeftButton)
    assert [row.name for row in tab.ribbons.view.rows] == ["prose-unigram"]
    qtbot.keyClick(editor.chips[0].remove, Qt.Key.Key_Delete)
    assert tab.ribbons.view.rows == []


def test_that_a_result_fills_every_card(tab: CompareTab, record: Callable[..., int]) -> None:
    record(done(made_up.compared()))
    assert (
        tab.page.answer.sentence.text() == "On your 9 texts, llama3 needs 31 % fewer tokens than mistral-v1."
    )
    assert tab.page.answer.facts.text().startswith("The gap is widest in हिन्दी")
    assert tab.cards.measures.title.text() == "Bytes per token"
    assert tab.cards.measures.hint.text().startswith("higher is cheaper")
    assert list(tab.cards.measures.buttons) == [
        "bytes_per_token",
        "fertility",
        "parity",
        "renyi_efficiency",
        "round_trip_losses",
    ]
    tab.cards.measures.buttons["fertility"].click()
    assert tab.cards.measures.title.text() == "Fertility (tokens/word)"
    assert tab.cards.measures.heat.heat.title == "Fertility"
    assert tab.cards.measures.others.count() == 2
    tab.cards.measures.others.setCurrentIndex(1)
    tab.cards.measures.others.activated.emit(1)
    assert tab.cards.measures.key == "top_mass"
    assert [row[0] for row in cells(tab.cards.table.table)] == ["llama3", "gpt2", "mistral-v1"]
    tab.cards.table.view.choose("texts")
    assert len(cells(tab.cards.table.table)) == 27
    assert cells(tab.cards.table.table)[0][1] == "English"
    assert cells(tab.cards.pairs.table)[0][:3] == ["llama3", "gpt2", "all"]
    assert cells(tab.cards.pairs.table)[0][3:] == ["0.80", "0.40"]
    assert "⟨" not in cells(tab.cards.losses.table)[0][4]
    assert cells(tab.cards.alone.table)[1][4] == "normalises"
    assert [key for key, button in tab.cards.curves.view.buttons.items() if not button.isHidden()] == [
        "token_bytes",
        "zipf",
        "renyi",
        "digits",
    ]
    tab.cards.curves.view.choose("zipf")
    assert [series.name for series in tab.cards.curves.plot.series] == ["llama3", "gpt2", "mistral-v1"]
    assert nameless(tab) == []


def test_that_a_cell_puts_the_text_into_the_ribbons(
    qtbot: QtBot, tab: CompareTab, record: Callable[..., int], tmp_path: Path
) -> None:
    text = tmp_path / "deu.txt"
    text.write_text("Alle Menschen sind frei.\n", encoding="utf-8")
    record(done(made_up.compared(texts=("deu",), paths=(str(text),))))
    tab.cards.measures.heat.chosen.emit("deu", 0)
    qtbot.waitUntil(lambda: tab.ribbons.text == "Alle Menschen sind frei.")
    tab.cards.measures.heat.chosen.emit("all", 0)


def test_that_a_run_is_drawn_in_every_state(
    tab: CompareTab, record: Callable[..., int], session: Session
) -> None:
    run_id = record()
    assert tab.page.status.heading.text() == f"Run {run_id} waits."
    assert tab.ribbons.isVisible()
    session.run_event.emit(run_id, Progress(stage="counting", done=3, total=9, elapsed=1))
    assert not tab.cards.measures.isVisible()
    rows = made_up.compared().model_dump(mode="json")["rows"]
    english = [row for row in rows if row["text"] == "eng"]
    session.run_event.emit(run_id, Partial(data={"rows": english}))
    assert tab.cards.measures.isVisible()
    assert not tab.cards.table.isVisible()
    assert [text.name for text in tab.cards.measures.heat.heat.texts] == ["English"]
    german = [row for row in rows if row["text"] == "deu"]
    session.run_event.emit(run_id, Partial(data={"rows": german}))
    session.run_event.emit(run_id, Partial(data={"rows": [{}]}))
    assert [text.name for text in tab.cards.measures.heat.heat.texts] == ["English", "Deutsch"]
    record(Finished(status="cancelled"))
    assert "Nothing was measured." in tab.page.status.detail.text()
    record(Finished(status="failed", error=ErrorInfo(kind="user", message="x.txt is gone.")))
    assert tab.page.status.heading.text() == "x.txt is gone."
    record(done(made_up.compared()))
    assert not tab.page.status.isVisible()
    assert tab.cards.measures.isVisible()


def test_that_what_is_dropped_joins_what_was_chosen_and_the_samples_go(
    tab: CompareTab, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("a.model", "b.tiktoken", "mine.txt")]
    for file in files:
        file.write_text("words")
    assert tab.drop(files[:1] + files[2:])
    assert tab.drop(files[1:2])
    assert tab.tokenizers == files[:2]
    assert tab.page.setup.form.values()["text"] == [str(files[2])]
    assert not tab.drop([tmp_path / "nothing"])


def test_that_what_was_left_comes_back(
    tab: CompareTab, show_tab: Callable[..., CompareTab], record: Callable[..., int]
) -> None:
    record(done(made_up.compared()))
    tab.cards.measures.buttons["fertility"].click()
    tab.cards.curves.view.choose("zipf")
    tab.ribbons.show_text("left")
    state = tab.state()
    other = show_tab(CompareTab, state)
    assert (other.ribbons.text, other.tokenizers) == ("left", starter_models())
    assert other.cards.curves.view.key == "zipf"
    other.cards.measures.show_result(made_up.compared())
    assert other.cards.measures.key == "fertility"
    show_tab(CompareTab, {"ribbons": 3, "cards": {"measure": 7, "curve": None}, "setup": []})


def test_that_the_pivot_is_completed_from_the_texts(qtbot: QtBot, tab: CompareTab, tmp_path: Path) -> None:
    files = [tmp_path / "deu.txt", tmp_path / "eng.txt"]
    for file in files:
        file.write_text("words")
    tab.drop(files)
    box: Any = tab.page.setup.form.box("pivot").editor.control
    qtbot.waitUntil(lambda: box.placeholderText() == "eng")
    box.completer().setCompletionPrefix("d")
    assert box.completer().currentCompletion() == "deu"


def test_that_what_is_said_of_the_files_comes_from_a_process_aside(
    qtbot: QtBot,
    session: Session,
    project: Project,
    show_tab: Callable[..., CompareTab],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "_executor", "process")
    tab = show_tab(CompareTab)
    assert session.previews is not None
    qtbot.waitUntil(tab.page.setup.run.isEnabled)
    assert tab.page.setup.words.startswith("about ")
    assert tab.page.setup.form.box("tokenizers").line == "2 tokenizers, 16,384 tokens in all"
    tab.drop([Path(__file__)])  # a text
    tab.page.setup.set_field("tokenizers", ["/nowhere"])
    qtbot.waitUntil(lambda: "/nowhere" in tab.page.setup.words)
