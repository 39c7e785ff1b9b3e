"""A ranking that another program wrote."""

from __future__ import annotations

import numpy as np

from core.collections.trec import read_run
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.systems.file import File


def rank(system: File, task: Task, ctx: Context) -> Ranking:
    """As the file has it: by score, in the order of trec_eval; scores are not rounded.

    Raises:
        UserError: the file is no run, or ranks documents that the collection has not.
    """
    run = read_run(system.path, "system", ctx=ctx)
    known = task.collection.places
    unknown = list(dict.fromkeys(id for found in run.documents for id in found if id not in known))
    if unknown:
        raise UserError(
            f"{system.path} ranks {len(unknown):,} documents that the collection has not, {unknown[0]!r} "
            "first; choose the run of this collection.",
            field="system",
        )
    rows = {query: row for row, query in enumerate(run.queries)}
    places = np.full((len(task.collection.queries), task.k), -1, dtype=np.int64)
    scores = np.full(places.shape, -np.inf)
    missing = 0
    for query, id in enumerate(task.collection.queries.ids):
        row = rows.pop(id, None)
        if row is None:
            missing += 1
            continue
        found = np.array([known[document] for document in run.documents[row]], dtype=np.int64)
        values = run.scores[row]
        if task.barred is not None:
            left = found != task.barred[query]
            found, values = found[left], values[left]
        count = min(task.k, len(found))
        places[query, :count], scores[query, :count] = found[:count], values[:count]
    if missing:
        ctx.warn(f"{system.path.name} has no hits for {missing:,} queries of the collection; they count 0.")
    details: dict[str, object] = {"run": run.name}
    if rows:
        details["queries of the file that have no judgements here"] = len(rows)
    return Ranking(places, scores, details=details)
