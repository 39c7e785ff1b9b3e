"""What the index proposes, against all rows compared."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from core.errors import Cancelled
from core.jobs.context import Context, Control
from core.merged.request import IndexKind
from core.merged.row_index import Best, RowIndex, build, exact, recall
from core.merged.sizes import index_bytes, lists_for


@pytest.fixture(scope="module")
def rows() -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    """Some thousand rows in clusters, of lengths that differ."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(60, 24))
    found = centres[random.integers(0, 60, 4000)] + 0.5 * random.normal(size=(4000, 24))
    return (found * random.uniform(0.5, 2, (4000, 1))).astype(np.float16)


@pytest.fixture(scope="module")
def queries() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(1).normal(size=(40, 24)).astype(np.float32)


def test_that_all_rows_compared_is_a_product(rows, queries) -> None:  # type: ignore[no-untyped-def]
    scores = queries @ rows.astype(np.float32).T
    found = exact(rows, queries, 7)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :7]
    assert (found.best.places == best).all()
    assert found.best.scores == pytest.approx(np.take_along_axis(scores, best, 1))
    assert found.log_mass == pytest.approx(np.log(np.exp(scores.astype(np.float64)).sum(axis=1)))


@pytest.mark.parametrize(("kind", "least"), [("ivf", 0.97), ("hnsw", 0.97), ("exact", 1.0)])
def test_that_an_index_finds_nearly_all(rows, queries, kind: IndexKind, least: float, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    index = RowIndex(rows, build(rows, kind, Context(workdir=tmp_path)), searched=0.3)
    found = index.search(queries, 50)
    truth = exact(rows, queries, 50).best
    assert recall(found, truth, 1) >= least
    assert recall(found, truth, 10) >= least
    own = queries[0] @ rows[found.places[0]].astype(np.float32).T
    assert found.scores[0] == pytest.approx(own), "scores are exact"
    assert (np.diff(found.scores, axis=1) <= 0).all()


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
def test_that_an_index_is_the_same_for_the_same_seed(rows, queries, kind: IndexKind, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    one, same = (RowIndex(rows, build(rows, kind, Context(seed=3, workdir=tmp_path))) for _ in range(2))
    assert (one.search(queries, 20).places == same.search(queries, 20).places).all()
    assert (one.search(queries, 20).scores == same.search(queries, 20).scores).all()


def test_that_recall_counts_ties_as_found() -> None:
    best = Best(np.array([[0, 1]]), np.array([[2.0, 1.0]], dtype=np.float32))
    other = Best(np.array([[0, 5]]), np.array([[2.0, 1.0]], dtype=np.float32))
    worse = Best(np.array([[5, 6]]), np.array([[1.0, 0.5]], dtype=np.float32))
    assert recall(other, best, 2) == 1
    assert recall(worse, best, 2) == 0.5
    assert recall(worse, best, 1) == 0


def test_that_few_rows_are_no_trouble(tmp_path: Path) -> None:
    few = np.eye(3, dtype=np.float16)
    for kind in ("ivf", "hnsw", "exact"):
        found = RowIndex(few, build(few, kind, Context(workdir=tmp_path)), searched=1).search(
            np.array([[3, 2, 1]], dtype=np.float32), 50
        )
        assert found.places[0].tolist() == [0, 1, 2], kind


def test_that_what_is_foreseen_is_about_what_it_takes(rows, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for kind in ("ivf", "hnsw"):
        written = faiss.serialize_index(build(rows, kind, Context(workdir=tmp_path))).nbytes
        assert index_bytes(kind, *rows.shape) == pytest.approx(written, rel=0.15), kind
    assert lists_for(1_000_000) == 2000


def test_that_a_stop_is_heard(rows, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    control = Control()
    control.cancel()
    for kind in ("ivf", "hnsw"):
        with pytest.raises(Cancelled):
            build(rows, kind, Context(workdir=tmp_path, control=control))
