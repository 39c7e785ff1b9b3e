"""Rankings joined with judgements, as matrices that every measure reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, count, repeat
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError

NOT_POOLED, UNJUDGED, NOTHING = -1, -2, -3
"""Instead of a grade: the document is not among the query's judgements; it is, with a negative grade (in the
pool and not judged); there are no more hits."""

Judgements = Mapping[str, Mapping[str, int]]
"""Query → document → grade."""
_T = TypeVar("_T")
_N = TypeVar("_N", bound=np.generic)
_ABSENT = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Judged:
    """Hits by their grades, best first. Made by `judge`, `judge_scores` or `judge_places`."""

    queries: Sequence[str]
    grades: NDArray[np.int64]
    """(queries, k): the grade of each hit, or `NOT_POOLED`, `UNJUDGED`, `NOTHING`."""
    levels: NDArray[np.int64]
    """(l,): the grades from 0 that there are in the judgements, in ascending order."""
    counts: NDArray[np.int64]
    """(queries, l): how many documents are judged to be of each level, found or not."""
    level: int = 1
    """The lowest grade that is relevant (trec_eval ``-l``)."""
    documents: int = 0
    """In the collection (trec_eval ``-N``): only `utility` may ask."""
    known: Callable[[], NDArray[np.bool_]] | None = None
    """(queries, k): whether a hit was judged for any query at all."""
    _kept: dict[object, object] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def depth(self) -> int:
        """Columns of `grades`."""
        return int(self.grades.shape[1])

    def kept(self, key: object, make: Callable[[], _T]) -> _T:
        """What `make` gives, computed once: measures share their parts."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    # Counted per query, (queries,) int64

    @cached_property
    def found(self) -> NDArray[np.int64]:
        """Hits."""
        return np.asarray((self.grades != NOTHING).sum(axis=1))

    def relevant(self, rel: int | None = None) -> NDArray[np.int64]:
        """Judged documents of the level `rel` or above, found or not (R)."""
        return np.asarray(self.counts[:, self.levels >= self._level(rel)].sum(axis=1))

    def nonrelevant(self, rel: int | None = None) -> NDArray[np.int64]:
        """Judged documents below the level, found or not (N)."""
        return np.asarray(self.counts[:, self.levels < self._level(rel)].sum(axis=1))

    def relevant_found(self, rel: int | None = None) -> NDArray[np.int64]:
        return at(self.seen(rel), self.depth)

    # At each rank, (queries, k)

    def hits(self, rel: int | None = None) -> NDArray[np.bool_]:
        """Whether each is relevant."""
        level = self._level(rel)
        return self.kept(("hits", level), lambda: self.grades >= level)

    def seen(self, rel: int | None = None) -> NDArray[np.int64]:
        """Relevant ones down to each rank."""
        level = self._level(rel)
        return self.kept(("seen", level), lambda: self.hits(level).cumsum(axis=1))

    def precision(self, rel: int | None = None) -> NDArray[np.float64]:
        level = self._level(rel)
        ranks = np.arange(1, self.depth + 1)
        return self.kept(("precision", level), lambda: self.seen(level) / ranks)

    def _level(self, rel: int | None) -> int:
        return self.level if rel is None else rel


def at(sums: NDArray[_N], k: int | None) -> NDArray[_N]:
    """Running sums cut at rank `k` (None: the last): column k - 1, or the last one there is."""
    depth = sums.shape[1]
    if not depth:
        return np.zeros(len(sums), dtype=sums.dtype)
    return sums[:, min(depth, depth if k is None else k) - 1]


def share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:  # type: ignore[type-arg]
    """part / whole, 0 where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0))


# Making


def judge(
    rankings: Sequence[Sequence[str]],
    queries: Sequence[str],
    judgements: Judgements,
    *,
    level: int = 1,
    most: int | None = None,
    judged_only: bool = False,
) -> Judged:
    """Documents in the order in which they are evaluated, for each of `queries`. See `judge_scores`."""
    grades = _by_hit(rankings, queries, judgements)
    numbers = _numbers(*_flat(queries, judgements))
    whole = Judged(list(queries), grades, *numbers, level=level, known=lambda: _known(rankings, judgements))
    return _cut(whole, most, judged_only)


def judge_scores(
    run: Mapping[str, Mapping[str, float]],
    judgements: Judgements,
    *,
    queries: Literal["judged", "both"] | Sequence[str] = "judged",
    precision: Literal["float32", "float64"] = "float32",
    level: int = 1,
    most: int | None = None,
    judged_only: bool = False,
) -> Judged:
    """A run as query → document → score. Highest score first; equal scores by document id, in descending
    order of its UTF-8 bytes.

    Args:
        queries: ``judged``: all that have judgements, those that the run has not have no hits (trec_eval
            ``-c``); ``both``: those in the run that have judgements (as trec_eval does unless told
            otherwise); or their ids.
        precision: in which scores are compared: float32 as in trec_eval 9 and pytrec_eval, float64 as in
            trec_eval 10.
        level: the lowest grade that is relevant (``-l``).
        most: hits of each query that count (``-M``).
        judged_only: leave out hits without judgement (``-J``).

    Raises:
        UserError: ``field="run"``, a score is not a number.
    """
    if queries == "judged":
        asked = list(judgements)
    elif queries == "both":
        asked = [query for query in run if query in judgements]
    else:
        asked = list(queries)
    empty: dict[str, float] = {}
    hits = [_as_dict(run.get(query, empty)) for query in asked]
    found = np.fromiter(map(len, hits), np.int64, len(hits))
    flat = np.fromiter(chain.from_iterable(map(dict.values, hits)), np.float64, int(found.sum()))
    if not np.isfinite(flat).all():
        _refuse(asked, hits)
    scores = _matrix(_compared(flat, precision), found, -np.inf)
    lengths, grade = _flat(asked, judgements)
    if len(grade) < len(flat):
        grades = _by_judgement(hits, scores, asked, judgements, lengths, grade, precision)
    else:
        grades = np.take_along_axis(_by_hit(hits, asked, judgements), _order(scores, hits), axis=1)

    def known() -> NDArray[np.bool_]:
        return np.take_along_axis(_known(hits, judgements), _order(scores, hits), axis=1)

    whole = Judged(asked, grades, *_numbers(lengths, grade), level=level, known=known)
    return _cut(whole, most, judged_only)


def judge_places(
    places: NDArray[np.int64],
    document_ids: Sequence[str],
    queries: Sequence[str],
    judgements: Judgements,
    *,
    level: int = 1,
) -> Judged:
    """(queries, k) places in `document_ids`, in the order in which they are evaluated, -1 after the last."""
    lengths, grade = _flat(queries, judgements)
    documents = list(chain.from_iterable(judgements.get(query, ()) for query in queries))
    code = dict(zip(dict.fromkeys(documents), count(), strict=False))
    codes = np.fromiter(map(code.__getitem__, documents), np.int64, len(documents))
    nobody = len(code)
    used = np.zeros(len(document_ids), dtype=bool)
    used[places[places >= 0]] = True
    coded = np.full(len(document_ids) + 1, nobody, dtype=np.int64)  # the last: of no place, -1
    found = np.flatnonzero(used)
    coded[found] = [code.get(document_ids[place], nobody) for place in found.tolist()]
    hits = coded[places]
    of_query = np.full(nobody + 1, NOT_POOLED, dtype=np.int64)
    grades = np.empty(places.shape, dtype=np.int64)
    first = 0
    for row, last in enumerate(lengths.cumsum().tolist()):
        of_query[codes[first:last]] = np.where(grade[first:last] < 0, UNJUDGED, grade[first:last])
        grades[row] = of_query[hits[row]]
        of_query[codes[first:last]] = NOT_POOLED
        first = last
    grades[places < 0] = NOTHING
    return Judged(
        list(queries),
        _trimmed(grades),
        *_numbers(lengths, grade),
        level=level,
        documents=len(document_ids),
        known=lambda: hits != nobody,
    )


def _by_hit(
    documents: Sequence[Collection[str]], queries: Sequence[str], judgements: Judgements
) -> NDArray[np.int64]:
    """(n, k) grades in the order of `documents`, each of them looked up among the judgements."""
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    absent: dict[str, int] = {}
    grade = np.fromiter(
        chain.from_iterable(
            map(judgements.get(query, absent).get, hits, repeat(_ABSENT))
            for query, hits in zip(queries, documents, strict=True)
        ),
        np.int64,
        int(lengths.sum()),
    )
    grade = np.where(grade == _ABSENT, NOT_POOLED, np.where(grade < 0, UNJUDGED, grade))
    return _matrix(grade, lengths, NOTHING)


def _by_judgement(
    hits: Sequence[dict[str, float]],
    scores: NDArray[np.float64],
    queries: Sequence[str],
    judgements: Judgements,
    lengths: NDArray[np.int64],
    grade: NDArray[np.int64],
    precision: str,
) -> NDArray[np.int64]:
    """The same in the order of evaluation, with each judged document looked up among the hits: faster where
    these are more. Its rank is how many scores are higher; queries with equal scores go the other way."""
    ascending = np.sort(-scores, axis=1)
    tied = (ascending[:, 1:] == ascending[:, :-1]) & (ascending[:, 1:] < np.inf)
    grades = np.where(ascending < np.inf, NOT_POOLED, NOTHING)
    absent: dict[str, int] = {}
    of_judged = np.fromiter(
        chain.from_iterable(
            map(found.get, judgements.get(query, absent), repeat(np.nan))
            for query, found in zip(queries, hits, strict=True)
        ),
        np.float64,
        len(grade),
    )
    of_judged = -_compared(of_judged, precision)
    there = ~np.isnan(of_judged)
    given = np.where(grade < 0, UNJUDGED, grade)
    first = 0
    for row, last in enumerate(lengths.cumsum().tolist()):
        kept = there[first:last]
        grades[row, ascending[row].searchsorted(of_judged[first:last][kept])] = given[first:last][kept]
        first = last
    rows = np.flatnonzero(tied.any(axis=1)).tolist()
    if rows:
        those = [hits[row] for row in rows]
        again = _by_hit(those, [queries[row] for row in rows], judgements)
        width = again.shape[1]
        order = _order(scores[rows, :width], those)
        grades[rows, :width] = np.take_along_axis(again, order, axis=1)
    return grades


def _known(documents: Sequence[Collection[str]], judgements: Judgements) -> NDArray[np.bool_]:
    """(n, k): whether each was judged for any query."""
    pool = frozenset(chain.from_iterable(judgements.values()))
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    every = chain.from_iterable(map(pool.__contains__, hits) for hits in documents)
    return _matrix(np.fromiter(every, bool, int(lengths.sum())), lengths, False)


def _cut(whole: Judged, most: int | None, judged_only: bool) -> Judged:
    """The first `most` hits; of these, those that were judged."""
    grades = whole.grades[:, :most]
    known = whole.known
    assert known is not None
    if not judged_only:
        return replace(whole, grades=_trimmed(grades), known=lambda: known()[:, :most])
    order = np.argsort(grades < 0, axis=1, kind="stable")
    grades = np.take_along_axis(grades, order, axis=1)
    grades[grades < 0] = NOTHING
    return replace(
        whole,
        grades=_trimmed(grades),
        known=lambda: np.take_along_axis(known()[:, :most], order, axis=1),
    )


def _compared(scores: NDArray[np.float64], precision: str) -> NDArray[np.float64]:
    """As they are compared."""
    if precision == "float64":
        return scores
    with np.errstate(over="ignore"):
        return scores.astype(np.float32).astype(np.float64)


def _flat(queries: Sequence[str], judgements: Judgements) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many judgements each query has, and their grades one after the other."""
    empty: dict[str, int] = {}
    of = [judgements.get(query, empty) for query in queries]
    lengths = np.fromiter(map(len, of), np.int64, len(of))
    grade = np.fromiter(chain.from_iterable(each.values() for each in of), np.float64, int(lengths.sum()))
    whole = grade.astype(np.int64)
    if not (whole == grade).all():
        raise UserError("Grades must be whole numbers: round or scale them.", field="qrels")
    return lengths, whole


def _numbers(
    lengths: NDArray[np.int64], grade: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`Judged.levels` and `Judged.counts`."""
    row = np.repeat(np.arange(len(lengths)), lengths)[grade >= 0]
    levels, which = np.unique(grade[grade >= 0], return_inverse=True)
    counts = np.bincount(row * len(levels) + which, minlength=len(lengths) * len(levels))
    return levels, counts.reshape(len(lengths), len(levels)).astype(np.int64)


def _matrix(flat: NDArray[_N], lengths: NDArray[np.int64], rest: object) -> NDArray[_N]:
    """(n, longest) of values one row after the other, filled up with `rest`."""
    depth = int(lengths.max(initial=0))
    if (lengths == depth).all():
        return flat.reshape(len(lengths), depth)
    matrix = np.full((len(lengths), depth), rest, dtype=flat.dtype)
    matrix[np.arange(depth) < lengths[:, None]] = flat
    return matrix


def _order(scores: NDArray[np.float64], documents: Sequence[Collection[str]]) -> NDArray[np.int64]:
    """(n, k): the columns of each row in the order in which they are evaluated."""
    order = np.argsort(-scores, axis=1)
    if scores.shape[1] < 2:
        return order
    best = np.take_along_axis(scores, order, axis=1)
    tied = (best[:, 1:] == best[:, :-1]) & (best[:, 1:] > -np.inf)
    for row in np.flatnonzero(tied.any(axis=1)).tolist():
        ids = list(documents[row])  # in Unicode, code points are in the order of their UTF-8 bytes
        first = np.array(sorted(range(len(ids)), key=ids.__getitem__, reverse=True))
        again = np.argsort(-scores[row, first], kind="stable")
        order[row, : len(ids)] = first[again]
    return order


def _trimmed(grades: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without the columns in which there is nothing."""
    used = np.flatnonzero((grades != NOTHING).any(axis=0))
    return grades[:, : int(used[-1]) + 1 if len(used) else 0]


def _as_dict(hits: Mapping[str, float]) -> dict[str, float]:
    return hits if isinstance(hits, dict) else dict(hits)


def _refuse(queries: Sequence[str], hits: Sequence[Mapping[str, float]]) -> None:
    for query, scores in zip(queries, hits, strict=True):
        for document, score in scores.items():
            if not np.isfinite(score):
                raise UserError(
                    f"The score of document {document!r} for query {query!r} is {score}, which has no place "
                    "in an order: mend the run.",
                    field="run",
                )
