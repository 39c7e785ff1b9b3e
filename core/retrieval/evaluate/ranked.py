"""Systems asked one after the other, those that others build on first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.evaluate.checkpoint import Checkpoint
from core.retrieval.ranking import Ranking, Task
from core.retrieval.systems import System

_IDENTICAL_SHARE = 0.5
"""Of the queries that must be documents with the same text, for these documents to be left out unasked."""


def names_of(systems: Sequence[System]) -> list[str]:
    """A name for each, no two alike.

    Raises:
        UserError: a person gave the same name twice.
    """
    given = [system.label for system in systems if system.label]
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"Two systems are called {twice!r}; give each its own name.", field="systems")
    names: list[str] = []
    for system in systems:
        name, number = system.named(), 2
        while name in names or (name in given and system.label != name):
            name, number = f"{system.named()} ({number})", number + 1
        names.append(name)
    return names


def in_turn(systems: Sequence[System], names: Sequence[str]) -> list[int]:
    """The places of `systems` so that each comes after those it needs, otherwise in the order given.

    Raises:
        UserError: a system needs one that is not there, or that needs it.
    """
    waiting = list(range(len(systems)))
    order: list[int] = []
    while waiting:
        ready = next(
            (
                place
                for place in waiting
                if all(_place_of(need, systems, names, place) in order for need in systems[place].needs())
            ),
            None,
        )
        if ready is None:
            stuck = " and ".join(names[place] for place in waiting)
            raise UserError(f"{stuck} need each other; one has to come first.", field="systems")
        waiting.remove(ready)
        order.append(ready)
    return order


def rank_all(
    systems: Sequence[System],
    collection: Collection,
    k: int,
    ctx: Context,
    *,
    cache: Path | None = None,
    barred: NDArray[np.int64] | None = None,
    checkpoint: Checkpoint | None = None,
) -> dict[str, Ranking]:
    """Name → ranking, in the order of `systems`; those that `checkpoint` holds are not made again.

    Raises:
        UserError: a system's model or parameters will not do.
    """
    names = names_of(systems)
    found: dict[str, Ranking] = {}
    asked: dict[str, System] = {}
    for place in in_turn(systems, names):
        system, name = systems[place], names[place]
        ctx.progress(0, 1, name)
        ranking = checkpoint.read(name) if checkpoint else None
        if ranking is None:
            task = Task(collection, k, _earlier(system, found, systems, names), barred, cache, dict(asked))
            ranking = system.rank(task, ctx)
            if checkpoint:
                checkpoint.write(name, ranking)
        found[name] = ranking
        asked[name] = system
    return {name: found[name] for name in names}


def identical(collection: Collection, how: str) -> NDArray[np.int64] | None:
    """(queries,) int64: the place of the document whose id is the query's, -1 where there is none; or None.

    Args:
        how: ``yes``, ``no``, or ``auto``: only where at least half of the queries are documents with the
            same text.
    """
    if how == "no" or not len(collection.queries):
        return None
    places = np.array([collection.places.get(id, -1) for id in collection.queries.ids], dtype=np.int64)
    there = np.flatnonzero(places >= 0)
    if how == "yes":
        return places if len(there) else None
    if len(there) < _IDENTICAL_SHARE * len(places):
        return None
    same = sum(
        collection.queries.text(int(query))
        in (collection.documents.text(place), collection.documents.body(place))
        for query, place in zip(there, places[there].tolist(), strict=True)
    )
    return places if same >= _IDENTICAL_SHARE * len(places) else None


def _earlier(
    system: System, found: Mapping[str, Ranking], systems: Sequence[System], names: Sequence[str]
) -> dict[str, Ranking]:
    """What is ranked already, by name, and under what `system` calls it."""
    earlier = dict(found)
    for need in system.needs():
        earlier[need] = found[names[_place_of(need, systems, names, systems.index(system))]]
    return earlier


def _place_of(need: str, systems: Sequence[System], names: Sequence[str], asking: int) -> int:
    """The system that is called `need`: by its name, else the first of that kind or with a model so named."""
    others = [place for place in range(len(systems)) if place != asking]
    for place in others:
        if names[place] == need:
            return place
    for place in others:
        model = getattr(systems[place], "model", None)
        if systems[place].kind == need or (model is not None and Path(model).name == need):
            return place
    there = ", ".join(names[place] for place in others) or "no other"
    raise UserError(
        f"{names[asking]} builds on {need!r}, which is none of the systems; there are {there}.",
        field="systems",
    )
