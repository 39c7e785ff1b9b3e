"""The order of hits: by score, ties by the document's id from behind."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.collections.order import ordered, tie_ranks


def best(ids: list[str], scores: list[float], k: int) -> list[str]:
    places, _ = ordered(np.arange(len(ids))[None], np.array([scores]), tie_ranks(ids), k)
    return [ids[place] for place in places[0] if place >= 0]


def test_that_ties_go_by_the_id_in_descending_order() -> None:
    assert best(["a", "b", "c", "d"], [1, 2, 2, 1], 2) == ["c", "b"]
    assert best(["a", "b", "c", "d"], [1, 2, 2, 1], 3) == ["c", "b", "d"]


def test_that_scores_alike_to_six_places_tie() -> None:
    assert best(["a", "b"], [0.5, 0.4999999], 2) == ["b", "a"]
    assert best(["a", "b"], [0.5, 0.499998], 2) == ["a", "b"]


def test_that_what_has_no_score_is_never_found() -> None:
    places, scores = ordered(
        np.array([[0, 1, -1]]), np.array([[-np.inf, 1.0, 5.0]]), tie_ranks(["a", "b"]), 3
    )
    assert places.tolist() == [[1, -1, -1]]
    assert scores.tolist() == [[1.0, -np.inf, -np.inf]]


def test_that_ids_are_compared_by_their_utf8_bytes() -> None:
    ids = ["d10", "d2", "é", "z", "\U0001f600"]
    expected = sorted(ids, key=lambda id: id.encode(), reverse=True)
    assert best(ids, [1.0] * 5, 5) == expected


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=30), st.randoms())
def test_that_the_order_of_the_candidates_does_not_matter(scores: list[float], random: object) -> None:
    ids = [f"d{number}" for number in range(len(scores))]
    ranks = tie_ranks(ids)
    shuffled = list(range(len(ids)))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    there = np.arange(len(ids))[None]
    mixed = np.array(shuffled)[None]
    values = np.array(scores)
    straight, _ = ordered(there, values[None], ranks, 10)
    other, _ = ordered(mixed, values[mixed[0]][None], ranks, 10)
    assert straight.tolist() == other.tolist()
