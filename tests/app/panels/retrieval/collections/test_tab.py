"""The Collections tab: what is dropped, what columns are for, and what becomes of a collection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.panels.retrieval.collections.columns_card import EXAMPLES
from app.panels.retrieval.collections.tab import CollectionsTab
from app.panels.retrieval.panel import RetrievalPanel
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.retrieval.collections.result import CollectionResult, Example
from core.retrieval.result_parts import Skipped
from tests.app.panels.tokenizers.cells import cells

CSV = "id,title,body,note\n007,Bond,an agent who drinks,x\n8,,a bee that flies,y\n"


@pytest.fixture
def tab(panel: RetrievalPanel) -> CollectionsTab:
    panel.restore_view({"tab": "collections"})
    made = panel.made("collections")
    assert isinstance(made, CollectionsTab)
    return made


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "notes.csv"
    path.write_text(CSV)
    return path


def result(folder: Path, *, judgements: int = 3) -> CollectionResult:
    return CollectionResult(
        out=str(folder),
        name="notes.csv",
        format="CSV, columns separated by commas",
        columns={"id": "id", "text": "body"},
        documents=2,
        queries=2,
        judgements=judgements,
        made={"keyword": 2},
        skipped=[Skipped(what="documents given twice (left out)", count=1, places=["notes.csv, line 4: 8"])],
        examples=[Example(query="who drinks", document="007", title="Bond", text="an agent\nwho drinks")],
    )


@pytest.fixture
def finish(project: Project, tab: CollectionsTab, table: Path) -> Callable[[CollectionResult], int]:
    def record(found: CollectionResult) -> int:
        run_id = project.add_run(
            RunSpec(kind="collection", request={"source": str(table)}, title="made up")
        ).result()
        project.start_run(run_id).result()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


def value(tab: CollectionsTab, key: str) -> object:
    return tab.page.setup.form.values()[key]


def roles(tab: CollectionsTab) -> list[str]:
    return [box.currentText() for box in tab.columns.boxes]


def dropped(qtbot: QtBot, tab: CollectionsTab, path: Path) -> None:
    assert tab.drop([path])
    qtbot.waitUntil(tab.columns.isVisible)


def choose(tab: CollectionsTab, column: int, role: str) -> None:
    box = tab.columns.boxes[column]
    box.setCurrentIndex(box.findData(role))
    box.activated.emit(box.currentIndex())


def test_that_a_dropped_table_shows_its_head_and_guesses(
    qtbot: QtBot, tab: CollectionsTab, table: Path
) -> None:
    assert tab.page.empty.isVisible()
    assert not tab.columns.isVisible()
    dropped(qtbot, tab, table)
    assert value(tab, "source") == str(table)
    assert tab.columns.title.text() == "CSV, columns separated by commas"
    assert roles(tab) == ["Id", "Title", "Text", "Not used"]
    assert cells(tab.columns.table)[1:] == [
        ["007", "Bond", "an agent who drinks", "x"],
        ["8", "", "a bee that flies", "y"],
    ]
    assert tab.columns.boxes[2].accessibleName() == "What the column body is for"


def test_that_a_chosen_role_goes_into_the_form(qtbot: QtBot, tab: CollectionsTab, table: Path) -> None:
    dropped(qtbot, tab, table)
    choose(tab, 3, "text")
    assert value(tab, "text_columns") == ["body", "note"]
    assert value(tab, "id_column") == "id"
    choose(tab, 0, "")
    assert value(tab, "id_column") == "-"
    qtbot.waitUntil(lambda: roles(tab) == ["Not used", "Title", "Text", "Text"])
    choose(tab, 3, "title")
    assert roles(tab) == ["Not used", "Not used", "Text", "Title"]
    assert value(tab, "title_column") == "note"


def test_that_examples_and_documents_exclude_each_other(
    qtbot: QtBot, tab: CollectionsTab, table: Path
) -> None:
    dropped(qtbot, tab, table)
    choose(tab, 1, "query")
    assert roles(tab) == ["Not used", "Query", "Not used", "Not used"]
    choose(tab, 2, "positive")
    assert value(tab, "positive_column") == "body"
    assert value(tab, "text_columns") == []
    qtbot.waitUntil(lambda: "query and what answers it" in tab.columns.words.text())
    assert set(EXAMPLES) & set(tab.columns.roles()) == {"query", "positive"}


def test_that_a_form_changed_by_hand_changes_the_head(qtbot: QtBot, tab: CollectionsTab, table: Path) -> None:
    dropped(qtbot, tab, table)
    tab.page.setup.set_field("text_columns", ["note"])
    tab.look()
    qtbot.waitUntil(lambda: roles(tab)[2:] == ["Not used", "Text"])
    tab.page.setup.set_field("text_columns", ["nope"])
    tab.look()
    qtbot.waitUntil(lambda: "no column 'nope'" in tab.page.setup.words)
    assert tab.columns.isVisible()


def test_that_other_documents_have_other_columns(
    qtbot: QtBot, tab: CollectionsTab, table: Path, tmp_path: Path
) -> None:
    dropped(qtbot, tab, table)
    choose(tab, 3, "text")
    other = tmp_path / "other.jsonl"
    other.write_text('{"question": "who", "answer": "me"}\n')
    assert tab.drop([other])
    assert value(tab, "text_columns") == []
    qtbot.waitUntil(lambda: roles(tab) == ["Query", "Answer"])


def test_that_a_folder_has_no_columns(qtbot: QtBot, tab: CollectionsTab, table: Path, tmp_path: Path) -> None:
    dropped(qtbot, tab, table)
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("some text")
    assert tab.drop([folder])
    qtbot.waitUntil(lambda: not tab.columns.isVisible())
    assert value(tab, "source") == str(folder)


def test_that_documents_of_trec_and_lists_are_documents(
    qtbot: QtBot, tab: CollectionsTab, tmp_path: Path
) -> None:
    (tmp_path / "ft.txt").write_text("<DOC>\n<DOCNO>1</DOCNO>\n<TEXT>ships</TEXT>\n</DOC>\n")
    (tmp_path / "list.json").write_text('[{"id": 1, "text": "ships"}]')
    dropped(qtbot, tab, tmp_path / "ft.txt")
    assert tab.columns.roles() == {"id": ["docno"], "title": ["title"], "text": ["text"]}
    assert tab.drop([tmp_path / "list.json"])
    qtbot.waitUntil(lambda: tab.columns.roles() == {"id": ["id"], "text": ["text"]})


def test_that_judgements_and_queries_are_told_apart(tab: CollectionsTab, tmp_path: Path) -> None:
    (tmp_path / "qrels.txt").write_text("1 0 007 1\n")
    (tmp_path / "topics.txt").write_text("<top><num>1<title>who</top>\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    assert tab.drop([tmp_path / "qrels.txt", tmp_path / "topics.txt"])
    assert value(tab, "judgements") == str(tmp_path / "qrels.txt")
    assert value(tab, "queries") == str(tmp_path / "topics.txt")
    assert not tab.drop([tmp_path / "picture.png"])


def test_that_a_result_says_what_it_holds_and_what_was_left_out(
    tab: CollectionsTab, finish: Callable[..., int], tmp_path: Path
) -> None:
    number = finish(result(tmp_path))
    assert tab.page.answer.sentence.text() == "2 documents, 2 queries and 3 judgements."
    assert tab.page.answer.facts.text().startswith("CSV, columns separated by commas · id: id · text: body")
    assert tab.page.answer.facts.text().endswith(f"run {number}")
    assert cells(tab.cards.skipped.table) == [
        ["documents given twice (left out)", "1", "notes.csv, line 4: 8"]
    ]
    assert cells(tab.cards.examples.table) == [["who drinks", "007", "Bond an agent who drinks"]]


def test_that_it_is_evaluated_on_if_it_can_be_measured(
    qtbot: QtBot, tab: CollectionsTab, finish: Callable[..., int], tmp_path: Path
) -> None:
    finish(result(tmp_path))
    with qtbot.waitSignal(tab.wanted) as sent:
        tab.page.answer.buttons["evaluate"].click()
    assert sent.args == ["evaluate", [tmp_path]]
    finish(result(tmp_path, judgements=0))
    assert not tab.page.answer.buttons["evaluate"].isEnabled()
    assert "no judgements" in tab.page.answer.buttons["evaluate"].toolTip()


def test_that_the_sample_makes_passages_and_queries(tab: CollectionsTab) -> None:
    values = tab.sample_values()
    assert Path(str(values["source"])).is_dir()
    assert tab.title_of(tab.job.request.model_validate(values)).startswith("texts · passages of 80 words")
