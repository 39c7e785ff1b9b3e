"""Rankings made one: the known answers, and what each way does with a document that one has not."""

from pathlib import Path

import numpy as np
import pytest

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.result_parts import Costs
from core.retrieval.search.fusion import Hits, fused, normalised
from core.retrieval.systems.hybrid import Hybrid

A, B, C, D = range(4)
FIRST: Hits = (np.array([A, B, C]), np.array([10.0, 8.0, 5.0]))
SECOND: Hits = (np.array([B, D, A]), np.array([0.9, 0.8, 0.1]))


def scores(**parameters: object) -> dict[int, float]:
    places, values = fused([FIRST, SECOND], Hybrid.model_validate(parameters))
    return dict(zip(places.tolist(), values.round(8).tolist(), strict=True))


def test_the_known_answer_of_reciprocal_ranks() -> None:
    assert scores() == {B: 0.03252247, A: 0.03226646, D: 0.01612903, C: 0.01587302}


def test_the_known_answer_of_a_convex_sum() -> None:
    assert scores(fusion="convex", alpha=0.3) == pytest.approx({B: 0.88, D: 0.6125, A: 0.3, C: 0.0})


@pytest.mark.parametrize(
    ("fusion", "expected"),
    [
        ("combsum", {A: 1.0, B: 1.6, C: 0.0, D: 0.875}),
        ("combmnz", {A: 2.0, B: 3.2, C: 0.0, D: 0.875}),
        ("combmax", {A: 1.0, B: 1.0, C: 0.0, D: 0.875}),
        ("combmin", {A: 0.0, B: 0.6, C: 0.0, D: 0.875}),
        ("combanz", {A: 0.5, B: 0.8, C: 0.0, D: 0.875}),
        ("isr", {A: 2 * (1 + 1 / 9), B: 2 * (1 / 4 + 1), C: 1 / 9, D: 1 / 4}),
        ("borda", {A: 6.0, B: 7.0, C: 3.0, D: 4.0}),
    ],
)
def test_the_other_fusions(fusion: str, expected: dict[int, float]) -> None:
    assert scores(fusion=fusion) == pytest.approx(expected)


def test_that_scores_are_made_comparable_in_the_way_asked_for() -> None:
    values = np.array([4.0, 2.0, 0.0])
    assert normalised(values, "minmax").tolist() == [1, 0.5, 0]
    assert normalised(values, "max").tolist() == [1, 0.5, 0]
    assert normalised(values, "sum") == pytest.approx([2 / 3, 1 / 3, 0])
    assert normalised(values, "zscore") == pytest.approx([1.2247449, 0, -1.2247449])
    assert normalised(values, "rank") == pytest.approx([1, 2 / 3, 1 / 3])
    assert normalised(np.array([3.0]), "minmax").tolist() == [1.0]
    assert normalised(np.array([3.0, 3.0]), "minmax").tolist() == [0.5, 0.5]


def test_that_reciprocal_ranks_do_not_change_with_the_scores() -> None:
    grown = (FIRST[0], np.exp(FIRST[1]))
    system = Hybrid.model_validate({})
    assert fused([FIRST, SECOND], system)[1].tolist() == fused([grown, SECOND], system)[1].tolist()


def test_that_a_hybrid_is_ranked_of_those_before_it(tmp_path: Path) -> None:
    collection = Collection(
        "made", tmp_path, MemoryTexts(list("abcd"), [""] * 4), MemoryTexts(["q", "r"], ["x", "y"]), {}
    )
    none = np.array([-1, -1, -1]), np.full(3, -np.inf)
    costs = Costs(search_seconds=1.0, index_bytes=100, latency_ms={"p50": 2.0, "p95": 3.0})
    earlier = {
        "one": Ranking(np.stack([FIRST[0], none[0]]), np.stack([FIRST[1], none[1]]), costs),
        "two": Ranking(np.stack([SECOND[0], none[0]]), np.stack([SECOND[1], none[1]]), costs),
    }
    system = Hybrid.model_validate({"of": ["one", "two"]})
    found = system.rank(Task(collection, 3, earlier), Context(workdir=tmp_path))
    assert found.places.tolist() == [[B, A, D], [-1, -1, -1]]
    assert found.scores[0].tolist() == [0.032522, 0.032266, 0.016129]
    assert found.costs.index_bytes == 200
    assert found.costs.search_seconds > 2
    assert found.costs.latency_ms["p50"] > 4
