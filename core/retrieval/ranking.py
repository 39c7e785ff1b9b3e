"""What a system is given and gives: a task, a ranking, and what that cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.retrieval.result_parts import Costs

if TYPE_CHECKING:
    from core.collections.collection import Collection
    from core.retrieval.systems import System


@dataclass(frozen=True, eq=False)
class Task:
    """`k` documents are asked for each query of `collection`.

    `earlier` holds the rankings of the systems ranked before, by name; those of `System.needs` are among
    them. `barred`: for each query the place of a document that is not to be found, or -1. `cache` is where
    vectors and indexes are kept for the next run; None: nowhere. `systems` are those ranked before, by name,
    in the order in which they were asked for.
    """

    collection: Collection
    k: int
    earlier: Mapping[str, Ranking] = field(default_factory=dict)
    barred: NDArray[np.int64] | None = None
    cache: Path | None = None
    systems: Mapping[str, System] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Ranking:
    """Documents in the order that is evaluated: by score, rounded to 1e-6, highest first; equal scores by the
    document's id in descending order of its UTF-8 bytes, as in trec_eval (`core.collections.order`).

    `places`: (queries, k) int64, places in the collection's documents, -1 after the last hit.
    `scores`: (queries, k) float64, -inf after the last hit.
    """

    places: NDArray[np.int64]
    scores: NDArray[np.float64]
    costs: Costs = field(default_factory=Costs)
    details: Mapping[str, object] = field(default_factory=dict)
    """What its kind wants to tell: parameters found, recall against exact search."""

    def ids(self, query: int, ids: Sequence[str]) -> list[str]:
        """The documents of one query, by their ids."""
        return [ids[place] for place in self.places[query] if place >= 0]
