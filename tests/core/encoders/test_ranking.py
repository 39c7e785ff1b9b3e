"""Search, its ties, and the figures of rankings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.encoders import ranking
from core.encoders.ranking import ndcg, recall, search
from core.jobs.context import Context


def vectors(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_that_ties_go_by_the_highest_id(tmp_path: Path) -> None:
    documents = vectors((1, 1), (1, 0), (2, 0), (1, 1))
    ctx = Context(workdir=tmp_path)
    for k, expected in ((2, ["c", "b"]), (3, ["c", "b", "d"]), (9, ["c", "b", "d", "a"])):
        assert search(vectors((1, 0)), documents, ["a", "b", "c", "d"], k, ctx) == [expected]


def test_that_a_difference_below_a_millionth_is_none(tmp_path: Path) -> None:
    documents = vectors((1, 0), (1, 1e-4))
    assert search(vectors((1, 0)), documents, ["a", "b"], 1, Context(workdir=tmp_path)) == [["b"]]


@pytest.mark.parametrize("at_once", [1, 700, 2**24])
def test_that_blocks_find_what_brute_force_finds(
    at_once: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ranking, "_SCORES_AT_ONCE", at_once)
    source = np.random.default_rng(0)
    documents = source.standard_normal((200, 8), dtype=np.float32)
    queries = source.standard_normal((9, 8), dtype=np.float32)
    ids = [f"d{number}" for number in range(200)]
    found = search(queries, documents, ids, 10, Context(workdir=tmp_path))
    unit = documents / np.linalg.norm(documents, axis=1, keepdims=True)
    for query, names in zip(queries, found, strict=True):
        assert names == [ids[place] for place in np.argsort(-(unit @ query))[:10]]


def test_that_what_has_no_text_or_is_barred_is_not_found(tmp_path: Path) -> None:
    documents = vectors((1, 0), (0, 0), (0, 1))
    ctx = Context(workdir=tmp_path)
    assert search(vectors((1, 0)), documents, ["a", "b", "c"], 3, ctx) == [["a", "c"]]
    assert search(vectors((1, 0)), documents, ["a", "b", "c"], 1, ctx, barred=["a"]) == [["c"]]
    assert search(vectors((1, 0)), documents, ["a", "b", "c"], 1, ctx, barred=[None]) == [["a"]]


def test_that_ndcg_is_discounted_gain_over_the_best() -> None:
    grades = {"a": 3, "b": 1, "c": 0, "d": 2, "x": -1}
    log = np.log2([2, 3, 4, 5])
    ideal = 3 / log[0] + 2 / log[1] + 1 / log[2]
    assert ndcg(["b", "z", "a", "x"], grades, 4) == pytest.approx((1 / log[0] + 3 / log[2]) / ideal)
    assert ndcg(["a", "d", "b"], grades, 10) == 1
    assert ndcg(["a"], grades, 1) == 1
    assert ndcg(["a"], {}, 10) == ndcg(["a"], {"a": 0}, 10) == 0


def test_that_recall_counts_what_is_judged_even_where_it_is_not_there() -> None:
    grades = {"a": 1, "b": 2, "gone": 1, "c": 0}
    assert recall(["a", "c", "b"], grades, 2) == pytest.approx(1 / 3)
    assert recall(["a", "c", "b"], grades, 9) == pytest.approx(2 / 3)
    assert recall(["a"], {}, 9) == 0
