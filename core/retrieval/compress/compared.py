"""Codes measured against exact search in float32, and the frontier of size and quality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.jobs.context import Context
from core.retrieval.compress.checkpoint import Trial
from core.retrieval.compress.codecs import CODECS
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CodecFigures, frontier
from core.retrieval.compress.trial import EXACT
from core.retrieval.measures.judged import judge_places
from core.retrieval.measures.spelt import measure
from core.retrieval.measures.values import values
from core.retrieval.result_parts import Comparison, Figure
from core.retrieval.significance import compare, corrected, interval

Places = NDArray[np.int64]


class Compared:
    """Rows of a table, one for each trial. Float32 comes first: the others are compared with it.

    Args:
        measures: their names.
    """

    def __init__(
        self, collection: Collection, measures: Sequence[str], request: CompressRequest, ctx: Context
    ) -> None:
        self._collection, self._measures, self._request, self._ctx = collection, measures, request, ctx
        self._wanted = [measure(name) for name in measures]
        self._relevant = _relevant(collection)
        self._trials: dict[str, Trial] = {}
        self._values: dict[str, NDArray[np.float64]] = {}
        self._rows: dict[str, CodecFigures] = {}

    def row(self, line: str, trial: Trial) -> CodecFigures:
        """All but the differences."""
        documents, queries = self._collection.documents.ids, self._collection.queries.ids
        judged = judge_places(trial.places, documents, queries, self._collection.judgements)
        self._trials[line], self._values[line] = trial, values(judged, self._wanted)
        kind = CODECS[line.partition(" ")[0]]
        exact, figures, count = self._trials[EXACT], trial.figures, max(1, len(documents))
        change, lost = rank_change(exact.places, trial.places, self._relevant)
        self._rows[line] = CodecFigures(
            line=line,
            title=kind.title,
            family=kind.family,
            bytes=int(figures["bytes"]),
            shared_bytes=int(figures["shared"]),
            bytes_per_document=figures["bytes"] / count,
            ratio=figures["bytes"] / exact.figures["bytes"],
            fit_seconds=figures["fit"],
            encode_seconds_per_million=figures["encode"] / count * 1e6,
            queries_per_second_one=figures["one"],
            queries_per_second_all=figures["all"],
            recall_10=recall(exact.places, trial.places, 10),
            recall_100=recall(exact.places, trial.places, 100) if self._request.k >= 100 else None,
            measures={
                name: _figure(self._values[line][:, column], self._ctx.seed)
                for column, name in enumerate(self._measures)
            },
            rank_change=change,
            lost=lost,
            squared_error=figures["error"],
            diagnostics=trial.diagnostics,
        )
        return self._rows[line]

    def rows(self) -> list[CodecFigures]:
        """All that were made, in order, with the differences and the frontier."""
        differences = self._differences()
        best = frontier(list(self._rows.values()), self._measures[0])
        return [
            row.model_copy(update={"differences": differences.get(line, {}), "frontier": line in best})
            for line, row in self._rows.items()
        ]

    def _differences(self) -> dict[str, dict[str, Comparison]]:
        """Of each code and float32; p is corrected for all of these."""
        found = []
        lines = [line for line in self._values if line != EXACT]
        for number, line in enumerate(lines):
            self._ctx.progress(number, len(lines), "Testing the differences")
            for column, name in enumerate(self._measures):
                a, b = self._values[line][:, column], self._values[EXACT][:, column]
                tested = compare(a, b, test=self._request.test, seed=self._ctx.seed)
                found.append((line, name, tested))
        adjusted = corrected([tested.p for _, _, tested in found], self._request.correction)
        rows: dict[str, dict[str, Comparison]] = {}
        for (line, name, tested), p in zip(found, adjusted, strict=True):
            rows.setdefault(line, {})[name] = Comparison(
                a=line,
                b=EXACT,
                measure=name,
                difference=tested.difference,
                low=tested.low,
                high=tested.high,
                p=tested.p,
                adjusted=p,
                effect=tested.effect,
                wins=tested.wins,
                losses=tested.losses,
                ties=tested.ties,
                detectable=tested.detectable,
            )
        return rows


def recall(exact: Places, found: Places, k: int) -> float:
    """The mean over the queries of the share of the exact `k` that are among the first k found.

    Args:
        exact: (q, ≥ k) places, -1 after the last; found: likewise.
    """
    shares = []
    for right, row in zip(exact[:, :k], found[:, :k], strict=True):
        there = right[right >= 0]
        if len(there):
            shares.append(np.isin(there, row).mean())
    return float(np.mean(shares)) if shares else 0.0


def rank_change(
    exact: Places, found: Places, relevant: Sequence[NDArray[np.int64]]
) -> tuple[float | None, float | None]:
    """The median number of ranks by which relevant documents of the exact ranking fall, and the share of
    them that are no longer ranked (they count as just after the last); None where there is none."""
    changes: list[int] = []
    lost = 0
    for before, after, places in zip(exact, found, relevant, strict=True):
        ranks = {place: rank for rank, place in enumerate(after.tolist())}
        for rank, place in enumerate(before.tolist()):
            if place >= 0 and place in places:
                lost += place not in ranks
                changes.append(ranks.get(place, len(after)) - rank)
    if not changes:
        return None, None
    return float(np.median(changes)), lost / len(changes)


def _relevant(collection: Collection) -> list[NDArray[np.int64]]:
    """The places of each query's relevant documents."""
    places = collection.places
    return [
        np.array(
            [
                places[id]
                for id, grade in collection.judgements.get(query, {}).items()
                if grade > 0 and id in places
            ],
            dtype=np.int64,
        )
        for query in collection.queries.ids
    ]


def _figure(column: NDArray[np.float64], seed: int) -> Figure:
    low, high = interval(column, seed=seed)
    return Figure(value=float(column.mean()), low=low, high=high)
