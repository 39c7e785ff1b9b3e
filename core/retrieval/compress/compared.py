"""Codes measured against exact search in float32, and the frontier of size and quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.collections.collection import Collection
from core.retrieval.compress.checkpoint import Trial
from core.retrieval.compress.codecs import CODECS
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CodecFigures
from core.retrieval.compress.trial import EXACT
from core.retrieval.measures.judged import judge_places
from core.retrieval.measures.spelt import measure
from core.retrieval.measures.values import values
from core.retrieval.result_parts import Comparison, Figure
from core.retrieval.significance import compare, corrected, interval

Places = NDArray[np.int64]


def compared(
    trials: Mapping[str, Trial],
    collection: Collection,
    measures: Sequence[str],
    request: CompressRequest,
    ctx: Context,
) -> list[CodecFigures]:
    """A row for each trial, float32 first, in order."""
    ids = (collection.documents.ids, collection.queries.ids)
    wanted = [measure(name) for name in measures]
    measured: dict[str, NDArray[np.float64]] = {}
    for number, (line, trial) in enumerate(trials.items()):
        ctx.progress(number, len(trials), "Measuring")
        measured[line] = values(judge_places(trial.places, *ids, collection.judgements), wanted)
    differences = _differences(measured, measures, request, ctx)
    relevant = _relevant(collection)
    exact = trials[EXACT]
    rows = []
    for line, trial in trials.items():
        figures, places = trial.figures, trial.places
        kind = CODECS[line.partition(" ")[0]]
        change, lost = rank_change(exact.places, places, relevant)
        count = max(1, len(collection.documents))
        rows.append(
            CodecFigures(
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
                recall_10=recall(exact.places, places, 10),
                recall_100=recall(exact.places, places, 100) if request.k >= 100 else None,
                measures={
                    name: _figure(measured[line][:, column], ctx.seed) for column, name in enumerate(measures)
                },
                differences=differences.get(line, {}),
                rank_change=change,
                lost=lost,
                squared_error=figures["error"],
                diagnostics=trial.diagnostics,
            )
        )
    return on_frontier(rows, measures[0])


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


def on_frontier(rows: Sequence[CodecFigures], primary: str) -> list[CodecFigures]:
    """The same, those marked that no other is better than: at least as good in fewer bytes, or better in as
    many."""

    def beaten(row: CodecFigures) -> bool:
        value = row.measures[primary].value
        return any(
            other.bytes <= row.bytes
            and other.measures[primary].value >= value
            and (other.bytes, -other.measures[primary].value) != (row.bytes, -value)
            for other in rows
        )

    return [row.model_copy(update={"frontier": not beaten(row)}) for row in rows]


def _differences(
    measured: Mapping[str, NDArray[np.float64]],
    measures: Sequence[str],
    request: CompressRequest,
    ctx: Context,
) -> dict[str, dict[str, Comparison]]:
    """Of each code and float32; p is corrected for all of these."""
    found = []
    lines = [line for line in measured if line != EXACT]
    for number, line in enumerate(lines):
        ctx.progress(number, len(lines), "Testing the differences")
        for column, name in enumerate(measures):
            a, b = measured[line][:, column], measured[EXACT][:, column]
            found.append((line, name, compare(a, b, test=request.test, seed=ctx.seed)))
    adjusted = corrected([test.p for _, _, test in found], request.correction)
    rows: dict[str, dict[str, Comparison]] = {}
    for (line, name, test), p in zip(found, adjusted, strict=True):
        rows.setdefault(line, {})[name] = Comparison(
            a=line,
            b=EXACT,
            measure=name,
            difference=test.difference,
            low=test.low,
            high=test.high,
            p=test.p,
            adjusted=p,
            effect=test.effect,
            wins=test.wins,
            losses=test.losses,
            ties=test.ties,
            detectable=test.detectable,
        )
    return rows


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
