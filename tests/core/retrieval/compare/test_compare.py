"""Finished rankings compared."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.collections.memory import MemoryTexts
from core.collections.write import write_collection
from core.errors import UserError
from core.retrieval.compare.preview import preview
from core.retrieval.compare.request import CompareRequest
from core.retrieval.compare.run import compare_runs
from core.retrieval.evaluate.run import evaluate
from core.retrieval.record.inspect import Record
from core.retrieval.significance import compare

QUERIES = [f"q {number}" for number in range(8)]


def run_file(path: Path, first: int) -> Path:
    """The relevant document of the first queries stands first, that of the others second."""
    lines = []
    for number, query in enumerate(QUERIES):
        order = [f"d {number}", "wrong"] if number < first else ["wrong", f"d {number}"]
        lines += [f"{query}\tQ0\t{id}\t1\t{-rank}\tmine" for rank, id in enumerate(order)]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    ids = [f"d {number}" for number in range(8)] + ["wrong"]
    write_collection(
        tmp_path / "toy",
        MemoryTexts(ids, [f"text of {id}" for id in ids]),
        MemoryTexts(QUERIES, [f"text of d {number}" for number in range(8)]),
        {query: {f"d {number}": 1} for number, query in enumerate(QUERIES)},
    )
    return tmp_path / "toy"


def test_that_runs_are_compared_on_judgements_alone(collection: Path, tmp_path: Path) -> None:
    a, b = run_file(tmp_path / "a.run", 8), run_file(tmp_path / "b.run", 2)
    found = compare_runs(runs=[a, b], qrels=collection / "qrels" / "test.tsv", measures=["RR", "P@1"])
    assert [system.name for system in found.systems] == ["a", "b"]
    assert found.systems[0].measures["RR"].value == 1
    assert found.systems[1].per_query["RR"] == [1, 1, *[0.5] * 6]
    assert found.primary == "RR"
    assert found.family == 2
    first = found.comparisons[0]
    alone = compare([1.0] * 8, [1, 1, *[0.5] * 6])  # type: ignore[arg-type]
    assert (first.difference, first.p, first.wins, first.ties) == (0.375, alone.p, 6, 2)
    assert first.adjusted == pytest.approx(2 * first.p)
    assert found.out is None
    assert "a and b are not told apart on RR" in found.summary()


def test_that_a_record_is_written_where_the_collection_is_known(collection: Path, tmp_path: Path) -> None:
    a, b = run_file(tmp_path / "a.run", 8), run_file(tmp_path / "b.run", 2)
    found = compare_runs(runs=[a, b], collection=collection, measures=["RR"], out=tmp_path / "out")
    assert found.documents == 9
    record = Record(Path(str(found.out)))
    assert record.systems == ["a", "b"]
    assert [hit.document for hit in record.hits("q 5", "b")] == ["wrong", "d 5"]


def test_that_earlier_evaluations_are_compared_with_a_run(collection: Path, tmp_path: Path) -> None:
    out = tmp_path / "evaluation"
    evaluate(collection=collection, systems=["bm25", "bm25 k1=0.2"], out=out, cache=False)  # type: ignore[list-item]
    mine = tmp_path / "mine.run.gz"
    mine.write_bytes(gzip.compress(run_file(tmp_path / "x", 0).read_bytes()))
    found = compare_runs(runs=[mine], results=[out], measures=["RR"])
    assert [system.name for system in found.systems] == [
        "mine",
        "BM25 · k1 1.2, b 0.75",
        "BM25 · k1 0.2, b 0.75",
    ]
    assert found.queries == QUERIES
    assert found.systems[0].measures["RR"].value == 0.5
    assert found.systems[1].measures["RR"].value == 1
    assert len(found.comparisons) == 3


def test_that_what_cannot_be_compared_is_one_sentence(collection: Path, tmp_path: Path) -> None:
    a = run_file(tmp_path / "a.run", 8)
    qrels = collection / "qrels" / "test.tsv"
    for fields, says in [
        ({"runs": [a], "qrels": qrels}, "two runs or more"),
        ({"runs": [a, a]}, "Name the judgements"),
        ({"runs": [a, a], "qrels": qrels, "measures": ["x"]}, "no measure 'x'"),
        ({"results": [tmp_path / "toy"], "qrels": qrels}, "holds no rankings"),
    ]:
        with pytest.raises(UserError, match=says):
            compare_runs(**fields)  # type: ignore[arg-type]


def test_that_a_preview_names_what_is_missing(collection: Path, tmp_path: Path) -> None:
    a = run_file(tmp_path / "a.run", 8)
    assert preview(CompareRequest(runs=[a, a], collection=collection)).problems == []
    bad = preview(CompareRequest(runs=[tmp_path / "none"], measures=["x"]))
    assert [problem.field for problem in bad.problems] == ["runs", "qrels", "runs", "measures"]
