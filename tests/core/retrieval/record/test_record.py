"""The record of an evaluation: what is written is what is read."""

import gzip
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.evaluate.runs import write_runs
from core.retrieval.record import write
from core.retrieval.record.inspect import Document, Hit, Query, Record
from core.retrieval.record.write import write_record
from tests.core.retrieval.toys import toy_collection, toy_ranking

RANKINGS = {"A": toy_ranking((0, 1), (2,), ()), "B · two": toy_ranking((1, 3, 0), (3, 2), (3,))}


@pytest.fixture
def record(tmp_path: Path) -> Record:
    write_record(tmp_path, toy_collection(), RANKINGS, Context(workdir=tmp_path))
    return Record(tmp_path)


def test_that_queries_and_systems_keep_their_order(record: Record) -> None:
    assert record.systems == ["A", "B · two"]
    assert record.queries()[:2] == [
        Query("q1", "where does the cat sleep", 2),
        Query("q2", "singing birds", 1),
    ]


def test_that_hits_carry_their_grades(record: Record) -> None:
    assert record.hits("q1", "A") == [Hit(1, "d1", 1.0, 2), Hit(2, "d2", 0.5, 0)]
    assert record.hits("q1", "B · two", 1) == [Hit(1, "d2", 1.0, 0)]
    assert record.hits("q3", "A") == []
    assert record.hits("q2", "B · two")[0].grade is None


def test_that_a_document_is_told_with_its_ranks_and_judgements(record: Record) -> None:
    assert record.document("d1") == Document("d1", "Cats", "The cat sat on the mat and slept.")
    assert record.document("gone") is None
    assert record.ranks("q1", "d1") == {"A": 1, "B · two": 3}
    assert record.judged("q3") == {"d1": -1, "d4": 1}


def test_that_judged_documents_are_kept_below_the_depth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "DEPTH", 1)
    write_record(tmp_path, toy_collection(), RANKINGS, Context(workdir=tmp_path))
    found = Record(tmp_path).hits("q1", "B · two")
    assert [(hit.rank, hit.document) for hit in found] == [(1, "d2"), (3, "d1")]


def test_that_a_missing_or_damaged_record_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no record\.sqlite"):
        Record(tmp_path)
    (tmp_path / "record.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(UserError, match="cannot be read"):
        Record(tmp_path)


def test_that_rankings_are_written_as_trec_runs(tmp_path: Path) -> None:
    files = write_runs(tmp_path, toy_collection(), RANKINGS, Context(workdir=tmp_path))
    assert [file.name for file in files] == ["A.run.gz", "B-two.run.gz"]
    lines = gzip.decompress(files[1].read_bytes()).decode().splitlines()
    assert lines[0] == "q1 Q0 d2 1 1.000000 B_·_two"
    assert lines[2:4] == ["q1 Q0 d1 3 0.333333 B_·_two", "q2 Q0 d4 1 1.000000 B_·_two"]
