"""Ids and their places in little memory."""

from __future__ import annotations

import numpy as np
import pytest

from core.collections.equal import equal_groups
from core.collections.packed_ids import PackedIds
from core.collections.packed_places import PackedPlaces

IDS = ["a", "", "日本", "Geneva Durben", "007", "x" * 300]


def test_that_packed_ids_are_a_sequence() -> None:
    ids = PackedIds(IDS)
    assert list(ids) == IDS
    assert [ids[place] for place in range(6)] == IDS
    assert (ids[-1], ids[1:3], len(ids)) == (IDS[-1], IDS[1:3], 6)
    assert "007" in ids
    assert ids.index("日本") == 2
    assert ids == PackedIds(IDS)
    assert ids != PackedIds(IDS[:5])
    assert list(ids.chosen(np.array([0, 4]))) == ["a", "007"]
    for place in (6, -7):
        with pytest.raises(IndexError):
            ids[place]


def test_that_many_ids_come_in_their_order() -> None:
    ids = [f"d{n}" for n in range(150_000)]
    assert list(PackedIds(ids)) == ids


def test_that_packed_places_are_a_mapping() -> None:
    places = PackedPlaces(PackedIds(IDS))
    assert dict(places) == {id: place for place, id in enumerate(IDS)}
    assert places.get("nowhere", -1) == -1
    assert "007" in places
    assert "7" not in places


def test_that_equal_hashes_are_told_apart_by_the_ids() -> None:
    class Same(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return 1

    places = PackedPlaces([Same("a"), Same("b")])
    assert places[Same("b")] == 1
    assert Same("c") not in places


def test_that_equal_values_are_grouped() -> None:
    values = np.array([5, 3, 5, 9, 3, 5, 1])
    assert [group.tolist() for group in equal_groups(values)] == [[0, 2, 5], [1, 4]]
    assert equal_groups(np.array([1, 2, 3])) == []
    assert equal_groups(np.array([], dtype=np.int64)) == []
