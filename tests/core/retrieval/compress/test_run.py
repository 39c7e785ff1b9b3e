"""The trial of compression, on ready vectors of a made-up collection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.collections.memory import MemoryTexts
from core.collections.write import write_collection
from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Log, Partial, Progress
from core.retrieval.compress.compared import rank_change, recall
from core.retrieval.compress.preview import preview
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CodecFigures, CompressResult, frontier
from core.retrieval.compress.run import compress
from core.retrieval.result_parts import Comparison, Figure
from tests.core.retrieval.compress.spaces import asked, clustered, context

COUNT, WIDTH, ASKED = 600, 32, 30


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents as places in a space; the three nearest of each query are relevant, exactly so."""
    folder = tmp_path_factory.mktemp("collection")
    documents = MemoryTexts([f"d{i}" for i in range(COUNT)], [f"document {i}" for i in range(COUNT)])
    queries = MemoryTexts([f"q{i}" for i in range(ASKED)], [f"query {i}" for i in range(ASKED)])
    near = np.argsort(-(_queries() @ _documents().T), axis=1)
    judgements = {f"q{row}": {f"d{place}": 1 for place in places[:3]} for row, places in enumerate(near)}
    write_collection(folder, documents, queries, judgements)
    return folder


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors")
    for name, letter, rows in (("documents", "d", _documents()), ("queries", "q", _queries())):
        np.save(folder / f"{name}.npy", rows)
        ids = "\n".join(f"{letter}{i}" for i in range(len(rows)))
        (folder / f"{name}.ids.txt").write_text(ids, encoding="utf-8")
    return folder


def _documents() -> NDArray[np.float32]:
    return clustered(COUNT, WIDTH)


def _queries() -> NDArray[np.float32]:
    return asked(_documents(), ASKED)


def request(collection: Path, vectors: Path, *codecs: str, **more: Any) -> CompressRequest:
    values = {"collection": collection, "encoder": str(vectors), "codec": list(codecs), **more}
    return CompressRequest.model_validate(values)


def test_that_all_codes_are_tried_and_the_best_are_told(
    collection: Path, vectors: Path, tmp_path: Path
) -> None:
    result = compress(request(collection, vectors, "all"), context(tmp_path))
    assert not result.refused
    exact = result.exact
    assert (exact.line, exact.measures["nDCG@10"].value, exact.bytes) == ("float32", 1.0, 4 * COUNT * WIDTH)
    assert (result.documents, result.queries, result.width) == (COUNT, ASKED, WIDTH)
    half = result.codec("float16")
    assert half is not None
    assert half.measures["nDCG@10"].value == pytest.approx(1, abs=0.01)
    assert 0.5 <= half.ratio < 0.53
    assert half.recall_10 > 0.98
    binary = result.codec("binary")
    assert binary is not None
    assert binary.is_worse("nDCG@10")
    assert binary.differences["nDCG@10"].b == "float32"
    assert binary.bytes < exact.bytes / 20
    assert {row.line for row in result.codecs if row.frontier} >= {"binary"}
    for row in result.codecs:
        assert row.bytes_per_document == pytest.approx(row.bytes / COUNT)
        assert row.bytes > row.shared_bytes
        assert row.queries_per_second_one > 0
    assert "keeps all you could measure at" in result.summary()
    assert CompressResult.model_validate_json(result.model_dump_json()) == result
    assert len(result.tables()[0].rows) == len(result.codecs)


def test_that_two_runs_agree_but_for_their_times(collection: Path, vectors: Path, tmp_path: Path) -> None:
    asked_for = request(collection, vectors, "int8", "pq m=4,8 bits=6", "binary")
    runs = [compress(asked_for, context(tmp_path / name)) for name in ("one", "other")]
    times = {"fit_seconds", "encode_seconds_per_million", "queries_per_second_one", "queries_per_second_all"}
    rows = [[row.model_dump(exclude=times) for row in run.codecs] for run in runs]
    assert rows[0] == rows[1]
    assert [row["line"] for row in rows[0]] == ["float32", "int8", "pq m=4 bits=6", "pq m=8 bits=6", "binary"]


def test_that_a_code_that_does_not_fit_is_told_with_its_reason(
    collection: Path, vectors: Path, tmp_path: Path
) -> None:
    result = compress(request(collection, vectors, "int8", "pq m=4 bits=11"), context(tmp_path))
    assert [(one.line, "2,048 codewords" in one.reason) for one in result.refused] == [
        ("pq m=4 bits=11", True)
    ]
    assert len(result.tables()) == 2
    with pytest.raises(UserError, match="2,048 codewords"):
        compress(request(collection, vectors, "pq m=4 bits=11"), context(tmp_path))


def test_that_a_stopped_trial_goes_on_with_the_next_code(
    collection: Path, vectors: Path, tmp_path: Path
) -> None:
    asked_for = request(collection, vectors, "int8", "binary", "prune")
    control, stages = Control(), []

    def send(event: Progress | Partial | Log) -> None:
        stages.append(event)
        if isinstance(event, Progress) and event.stage == "binary":
            control.cancel()

    with pytest.raises(Cancelled):
        compress(asked_for, Context(workdir=tmp_path, send=send, control=control))
    kept = sorted((tmp_path / "checkpoint").glob("*.npz"))
    assert len(kept) == 1
    result = compress(asked_for, context(tmp_path))
    fresh = compress(asked_for, context(tmp_path / "fresh"))
    assert [row.measures for row in result.codecs] == [row.measures for row in fresh.codecs]
    kept[0].write_bytes(b"damaged")
    assert len(compress(asked_for, context(tmp_path)).codecs) == 4


def test_that_documents_without_a_vector_are_counted_and_never_found(
    collection: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.vec"
    rows = np.random.default_rng(0).normal(size=(COUNT, 8))
    spelt = [f"{i} {' '.join(map(str, row.round(4)))}" for i, row in enumerate(rows[: COUNT // 2])]
    words.write_text("\n".join([f"{len(spelt)} 8", *spelt]) + "\n", encoding="utf-8")
    result = compress(
        request(collection, words, "binary", "int8", measures=["nDCG@10"], cache=False), context(tmp_path)
    )
    assert result.without_vector == COUNT - COUNT // 2
    assert len(result.codecs) == 3


def test_that_a_request_says_what_is_wrong(collection: Path, vectors: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no 'int9'"):
        request(collection, vectors, "int9")
    with pytest.raises(ValueError, match="leave index and compression out"):
        request(collection, vectors, "int8", encoder={"model": str(vectors), "compress": "int8"})
    with pytest.raises(UserError) as measure:
        compress(request(collection, vectors, "int8", measures=["nothing@3"]), context(tmp_path))
    assert measure.value.field == "measures"
    with pytest.raises(UserError) as encoder:
        compress(request(collection, tmp_path / "none", "int8"), context(tmp_path))
    assert encoder.value.field == "encoder"
    again = CompressRequest.model_validate(json.loads(request(collection, vectors, "all").model_dump_json()))
    assert again == request(collection, vectors, "all")


def test_that_a_preview_counts_codes_and_names_the_fields(collection: Path, vectors: Path) -> None:
    said = preview(request(collection, vectors, "int8", "pq m=4,8"))
    assert not said.problems
    assert said.notes["codec"] == "3 codes are tried"
    missing = preview(request(collection, vectors / "none", "int8"))
    assert [problem.field for problem in missing.problems] == ["encoder"]


# What is compared


def test_that_recall_is_the_share_of_what_exact_search_finds() -> None:
    exact = np.array([[1, 2, 3, 4], [5, 6, -1, -1]])
    assert recall(exact, exact, 4) == 1
    assert recall(exact, np.array([[4, 9, 1, 8], [6, 7, -1, -1]]), 4) == pytest.approx(0.5)
    assert recall(exact, np.array([[4, 9, 1, 8], [6, 7, -1, -1]]), 2) == pytest.approx(0.25)


def test_that_a_lost_document_counts_as_just_after_the_last() -> None:
    exact, found = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[2, 1, 9], [4, 8, 7]])
    change, lost = rank_change(exact, found, [np.array([1, 3]), np.array([4, 99])])
    assert (change, lost) == (1.0, pytest.approx(1 / 3))
    assert rank_change(exact, found, [np.array([], np.int64)] * 2) == (None, None)


def figures(line: str, bytes_: int, value: float, *, high: float | None = None) -> CodecFigures:
    difference = {}
    if high is not None:
        difference["AP"] = Comparison(
            a=line, b="float32", measure="AP", difference=value - 0.5, low=-1, high=high, p=0.5, adjusted=1,
            effect=None, wins=0, losses=0, ties=0,
        )  # fmt: skip
    return CodecFigures(
        line=line,
        title=line,
        family="",
        bytes=bytes_,
        bytes_per_document=bytes_ / 10,
        ratio=bytes_ / 3200,
        recall_10=1,
        measures={"AP": Figure(value=value)},
        differences=difference,
    )


def test_that_the_frontier_is_what_nothing_is_better_than() -> None:
    rows = [
        figures("float32", 3200, 0.5),
        figures("float16", 1600, 0.5),
        figures("int8", 800, 0.49),
        figures("int4", 800, 0.4),
        figures("pq", 100, 0.3),
        figures("vq", 100, 0.3),
    ]
    assert frontier(rows, "AP") == {"float16", "int8", "pq", "vq"}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [("int8", 800, 0.499, 0.002), ("binary", 100, 0.488, -0.004), ("vq", 10, 0.1, -0.3)],
            "int8 keeps all you could measure at a quarter of the size; binary costs 0.012 AP at 1/32.",
        ),
        ([("int8", 800, 0.5, 0.0)], "int8 keeps all you could measure at a quarter of the size."),
        ([("vq", 10, 0.1, -0.3)], "No code keeps 90% of AP in fewer bytes than float32."),
        ([("float16", 1611, 0.5, 0.0)], "float16 keeps all you could measure at half of the size."),
        ([("rq", 2000, 0.5, 0.0)], "rq keeps all you could measure at 0.62 of the size."),
    ],
)
def test_that_the_sentence_tells_what_is_kept_and_what_less_costs(
    rows: list[tuple[str, int, float, float]], sentence: str
) -> None:
    codecs = [figures("float32", 3200, 0.5)]
    codecs += [figures(line, size, value, high=high) for line, size, value, high in rows]
    result = CompressResult(
        collection="c", encoder="e", encoder_line="dense model=e", documents=10, queries=5, width=8, k=100,
        primary="AP", codecs=codecs,
    )  # fmt: skip
    assert result.summary() == sentence
