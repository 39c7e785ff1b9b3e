"""Collections made of what people have: through the job."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.errors import UserError
from core.retrieval.collections.preview import preview
from core.retrieval.collections.request import CollectionRequest
from core.retrieval.collections.result import CollectionResult
from core.retrieval.collections.run import collect

CSV = "id,title,body\n007,Bond,an agent who drinks\n8,,a bee that flies\n9,Sea,water as far as one sees\n"


def make(tmp_path: Path, source: Path | str, **fields: Any) -> tuple[CollectionResult, Collection]:
    """`source`: a path, or what ``t.csv`` is to hold."""
    if isinstance(source, str):
        (tmp_path / "t.csv").write_text(source)
        source = tmp_path / "t.csv"
    result = collect(source=source, out=tmp_path / "out", replace=True, **fields)
    assert isinstance(result, CollectionResult)
    return result, open_collection(tmp_path / "out")


def counts(result: CollectionResult) -> dict[str, int]:
    return {skipped.what: skipped.count for skipped in result.skipped}


def test_that_a_table_becomes_documents(tmp_path: Path) -> None:
    result, found = make(tmp_path, CSV)
    assert list(found.documents.ids) == ["007", "8", "9"]
    assert found.documents.text(0) == "Bond an agent who drinks"
    assert result.columns == {"id": "id", "title": "title", "text": "body"}
    assert result.summary() == "3 documents; no queries yet."
    assert result.examples[0].title == "Bond"
    told = json.loads((tmp_path / "out" / "collection.json").read_text())
    assert told["columns"] == result.columns
    assert not result.skipped


def test_that_columns_may_be_chosen(tmp_path: Path) -> None:
    _, found = make(tmp_path, CSV, text_columns=["title", "body"], id_column="body")
    assert found.documents.ids[1] == "a bee that flies"
    assert found.documents.text(2) == "Sea water as far as one sees"
    for field, value in (("text_columns", ["nope"]), ("id_column", "nope"), ("query_column", "nope")):
        with pytest.raises(UserError, match="no column 'nope'; there are id, title, body") as caught:
            make(tmp_path, CSV, **{field: value})
        assert caught.value.field == field


def test_that_rows_without_ids_are_numbered_or_left_out(tmp_path: Path) -> None:
    _, found = make(tmp_path, "text\nfirst of all\nthen another\n")
    assert list(found.documents.ids) == ["1", "2"]
    result, found = make(tmp_path, "id,text\n,first of all\nb,then another\n")
    assert list(found.documents.ids) == ["b"]
    assert counts(result) == {"rows without an id (left out)": 1}


def test_that_examples_become_documents_queries_and_judgements(tmp_path: Path) -> None:
    table = (
        "query,positive,negative\nwhat is a bee,an insect,a car\nwhat is a bee,a flier,\n"
        "who,me,an insect\n,nobody,\n"
    )
    result, found = make(tmp_path, table)
    by_text = {found.documents.text(n): id for n, id in enumerate(found.documents.ids)}
    assert set(by_text) == {"an insect", "a car", "a flier", "me"}
    judged = {
        found.queries.text(n): {
            found.documents.text(found.places[d]): g for d, g in found.judgements[id].items()
        }
        for n, id in enumerate(found.queries.ids)
    }
    assert judged == {
        "what is a bee": {"an insect": 1, "a car": 0, "a flier": 1},
        "who": {"me": 1, "an insect": 0},
    }
    assert all(len(id) == 12 for id in found.documents.ids)
    assert counts(result) == {"rows without a query or without an answer (left out)": 1}
    assert result.examples[0].query == "what is a bee"


def test_that_examples_may_be_graded(tmp_path: Path) -> None:
    result, found = make(tmp_path, "query,passage,label\nwho,me,2\nwho,you,0\nwho,me,1\n")
    assert sorted(grade for grades in found.judgements.values() for grade in grades.values()) == [0, 2]
    assert counts(result) == {"pairs with several grades (the highest counts)": 1}
    with pytest.raises(UserError, match=r"t.csv, line 2: the row has the grade 0.5") as caught:
        make(tmp_path, "query,passage,label\nwho,me,0.5\n")
    assert caught.value.field == "source"


@pytest.mark.parametrize(
    ("twice", "texts", "ids"),
    [
        ("first", ["one", "three"], ["a", "b"]),
        ("last", ["two", "three"], ["a", "b"]),
        ("number", ["one", "two", "three"], ["a", "a#2", "b"]),
    ],
)
def test_that_an_id_with_two_texts_is_settled_as_asked(
    twice: str, texts: list[str], ids: list[str], tmp_path: Path
) -> None:
    table = "id,text\na,one\na,two\nb,three\na,one\n"
    result, found = make(tmp_path, table, twice=twice)
    assert list(found.documents.ids) == ids
    assert found.documents.texts(0, 9) == texts
    assert counts(result)["documents given twice (left out)"] == 1
    assert sum(counts(result).values()) == 2


def test_that_an_id_with_two_texts_is_refused_by_its_places(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"The id 'a' stands for one text in t.csv, line 2, .* t.csv, line 3"
    ) as caught:
        make(tmp_path, "id,text\na,one\na,two\n")
    assert caught.value.field == "id_column"
    assert not (tmp_path / "out").exists()


def test_that_a_folder_of_texts_becomes_documents(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.txt").write_text("never")
    (folder / "b.md").write_text("# Bee\n")
    (folder / "deep" / "cafe\u0301.txt").write_bytes("café".encode("cp1252"))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "empty.txt").write_text("")
    if os.name != "nt":
        (folder / "loop").symlink_to(folder)
    result, found = make(tmp_path, folder)
    assert list(found.documents.ids) == ["b.md", "empty.txt", "deep/café.txt"]
    assert found.documents.text(2) == "café"
    told = counts(result)
    assert told["files that are no plain text (left out)"] == 1
    assert told["files that are not UTF-8 (read as Windows-1252)"] == 1
    assert told["documents without text (kept, never found)"] == 1
    assert os.name == "nt" or told["links (not followed)"] == 1


def test_that_passages_know_their_document(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(" ".join(f"w{n}" for n in range(25)))
    _, found = make(tmp_path, folder, passage=10, overlap=2)
    assert list(found.documents.ids) == ["a.txt#1", "a.txt#2", "a.txt#3"]
    lines = (tmp_path / "out" / "corpus.jsonl").read_text().splitlines()
    text = (folder / "a.txt").read_text()
    for line in map(json.loads, lines):
        assert line["parent"] == "a.txt"
        assert text[line["begin"] : line["end"]] == line["text"]


def test_that_topics_and_judgements_join_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "topics").write_text("<top><num>1<title>who drinks</top><top><num>2<title>who flies</top>")
    (tmp_path / "qrels").write_text("1 0 007 1\n2 0 8 2\n2 0 gone 1\n3 0 8 1\n")
    result, found = make(tmp_path, CSV, queries=tmp_path / "topics", judgements=tmp_path / "qrels")
    assert found.queries.texts(0, 2) == ["who drinks", "who flies"]
    assert found.judgements == {"1": {"007": 1}, "2": {"8": 2, "gone": 1}}
    assert result.summary() == "3 documents, 2 queries and 3 judgements."
    assert sum(counts(result).values()) == 2
    with pytest.raises(UserError, match="but no queries") as caught:
        make(tmp_path, CSV, judgements=tmp_path / "qrels")
    assert caught.value.field == "queries"
    (tmp_path / "qrels").write_text("q1 0 007 1\n")
    with pytest.raises(UserError, match="judges none of the queries: its ids, such as 'q1'") as caught:
        make(tmp_path, CSV, queries=tmp_path / "topics", judgements=tmp_path / "qrels")
    assert caught.value.field == "judgements"


def test_that_judgements_of_other_documents_are_told(tmp_path: Path) -> None:
    (tmp_path / "topics").write_text("1\twho drinks\n")
    (tmp_path / "qrels").write_text("1 0 D7 1\n")
    given = {"queries": tmp_path / "topics", "judgements": tmp_path / "qrels"}
    with pytest.raises(UserError, match="judges none of the documents: its ids, such as 'D7'") as caught:
        make(tmp_path, CSV, **given)
    assert caught.value.field == "id_column"
    (tmp_path / "qrels").write_text("1 0 007 1\n")
    with pytest.raises(UserError, match="passages cannot be measured") as caught:
        make(tmp_path, CSV, passage=8, **given)
    assert caught.value.field == "passage"


def test_that_queries_are_made_of_documents(tmp_path: Path) -> None:
    result, found = make(tmp_path, CSV, make=["keyword terms=1", "part_of_passage words=2"], count=2)
    assert result.made == {"keyword terms=1": 2, "part_of_passage words=2": 2}
    assert len(found.queries) == 4
    assert result.judgements >= 4
    again, _ = make(tmp_path, CSV, make=["keyword terms=1", "part_of_passage words=2"], count=2)
    assert again.examples == result.examples
    other = collect(
        source=tmp_path / "t.csv",
        out=tmp_path / "out",
        replace=True,
        make=["keyword terms=1"],
        count=3,
        seed=5,
    )
    assert other.queries == 3
    assert json.loads((tmp_path / "out" / "collection.json").read_text())["seed"] == 5


def test_that_a_builder_takes_its_queries_out_of_the_documents(tmp_path: Path) -> None:
    result, found = make(tmp_path, CSV, make=["title_to_body"])
    assert found.documents.texts(0, 3) == [
        "an agent who drinks",
        "a bee that flies",
        "water as far as one sees",
    ]
    assert sorted(found.queries.texts(0, 9)) == ["Bond", "Sea"]
    assert "2 queries instead of 200" in result.warnings[0]
    with pytest.raises(UserError, match="No queries could be made by 'Title to body'") as caught:
        make(tmp_path, "id,text\n1,two words\n", make=["title_to_body"])
    assert caught.value.field == "make"


def test_that_a_collection_may_be_the_source(tmp_path: Path) -> None:
    make(tmp_path, CSV, make=["keyword terms=1"], count=3)
    (tmp_path / "out").rename(tmp_path / "first")
    same, found = make(tmp_path, tmp_path / "first")
    assert (same.documents, same.queries, same.judgements) == (3, 3, 3)
    assert found.documents.digest == open_collection(tmp_path / "first").documents.digest
    fewer, _ = make(tmp_path, tmp_path / "first", limit=2, make=["part_of_passage words=2"], count=1)
    assert (fewer.documents, fewer.queries) == (2, 1)


def test_that_a_run_s_own_folder_goes_by_its_source(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text(CSV)
    result = collect(source=tmp_path / "notes.csv", out=tmp_path / "collection")
    assert result.name == open_collection(tmp_path / "collection").name == "notes.csv"
    (tmp_path / "collection").rename(tmp_path / "other")
    assert open_collection(tmp_path / "other").name == "other"
    (tmp_path / "other" / "collection.json").write_text("[")
    (tmp_path / "other").rename(tmp_path / "collection")
    assert open_collection(tmp_path / "collection").name == "collection"


def test_that_typed_queries_can_be_looked_at_without_judgements(tmp_path: Path) -> None:
    result, found = make(tmp_path, CSV, typed=["who flies?", " "])
    assert found.queries.texts(0, 9) == ["who flies?"]
    assert result.summary() == "3 documents and 1 query, without judgements."


def test_that_nothing_is_left_where_it_fails(tmp_path: Path) -> None:
    for source, said in (
        ("id,text\n", "holds no documents"),
        ("", "is empty"),
    ):
        with pytest.raises(UserError, match=said) as caught:
            make(tmp_path, source)
        assert caught.value.field == "source"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(UserError, match="holds no collection") as caught:
        make(tmp_path, CSV)
    assert caught.value.field == "out"
    with pytest.raises(UserError, match="There is no") as caught:
        collect(source=tmp_path / "nowhere", out=tmp_path / "new")
    assert caught.value.field == "source"


def test_that_ids_that_no_table_of_judgements_holds_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(
        '{"id": "a\\tb", "text": "alpha beta"}\n{"id": "c", "text": "gamma delta"}\n'
    )
    with pytest.raises(UserError, match=r"'a\\tb' holds a tab") as caught:
        make(tmp_path, tmp_path / "t.jsonl", make=["keyword terms=2"])
    assert caught.value.field == "id_column"


def test_that_requests_that_make_no_sense_are_refused() -> None:
    for fields, said in (
        ({"make": ["guess"]}, "there is no 'guess'"),
        ({"make": ["title_to_body", "keyword"]}, "have it made without other kinds"),
        ({"passage": 10, "overlap": 10}, "overlap by less"),
    ):
        with pytest.raises(ValidationError, match=said):
            CollectionRequest.model_validate({"source": "x", **fields})
    assert CollectionRequest(source=Path("x"), make=["keyword  terms=3", "keyword"]).make == ["keyword"]


def test_that_the_preview_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV)
    said = preview(CollectionRequest(source=tmp_path / "t.csv"))
    assert not said.problems
    assert said.notes["source"] == "CSV, columns separated by commas: id, title, body."
    assert said.notes["text_columns"] == "body, by name or length"
    assert said.notes["id_column"] == "id, by its name"
    assert said.asks == ["id_column", "title_column"]
    (tmp_path / "qrels").write_text("1 0 007\n")
    wrong = preview(
        CollectionRequest(
            source=tmp_path / "t.csv",
            id_column="nope",
            queries=tmp_path / "none",
            judgements=tmp_path / "qrels",
        )
    )
    assert [problem.field for problem in wrong.problems] == ["id_column", "queries", "judgements"]
    assert preview(CollectionRequest(source=tmp_path)).notes["source"] == "A folder of text files."
