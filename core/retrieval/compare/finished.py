"""Rankings as they are found: in run files, and in the folders that evaluations wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.collections.tally import Tally
from core.collections.trec import read_run
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.metrics.run import names_of
from core.retrieval.record.inspect import FILE, Record

_SPACE = re.compile(r"\s")


@dataclass(frozen=True, eq=False)
class Finished:
    """A ranking that is there. Documents of each query in the order of evaluation, with their scores."""

    name: str
    path: Path
    hits: dict[str, tuple[list[str], NDArray[np.float64]]]

    def documents(self, query: str) -> list[str]:
        return self.hits[query][0] if query in self.hits else []


def read_finished(
    runs: Sequence[Path], results: Sequence[Path], ctx: Context, tally: Tally
) -> list[Finished]:
    """All rankings, each under a name of its own: the file's, or that of the system that was evaluated.

    Raises:
        UserError: a file cannot be read or is no run, a folder holds none.
    """
    found = [
        _read(name, path, "runs", ctx, tally) for name, path in zip(names_of(list(runs)), runs, strict=True)
    ]
    for folder in results:
        folder = folder.expanduser()
        files = sorted({*folder.glob("*.run.gz"), *folder.glob("*.run")})
        if not files:
            raise UserError(
                f"{folder} holds no rankings: choose the folder that an evaluation wrote.", field="results"
            )
        systems = Record(folder).systems if (folder / FILE).is_file() else []
        spelt = {_SPACE.sub("_", system): system for system in systems}
        read = [_read("", path, "results", ctx, tally) for path in files]
        read.sort(key=lambda each: list(spelt).index(each.name) if each.name in spelt else len(spelt))
        for each in read:
            name = _free(spelt.get(each.name, each.name), folder, [other.name for other in found])
            found.append(Finished(name, each.path, each.hits))
    return found


def recorded_judgements(folder: Path) -> dict[str, dict[str, int]]:
    """Query → document → grade, of an evaluation's record.

    Raises:
        UserError: it has none.
    """
    record = Record(folder.expanduser())
    return {query.id: record.judged(query.id) for query in record.queries()}


def with_spaces(finished: Finished, queries: Iterable[str], documents: Iterable[str]) -> Finished:
    """Ids spelt as the judgements spell them: run files hold ``_`` for white space."""
    query_of = {_SPACE.sub("_", id): id for id in queries if _SPACE.search(id)}
    document_of = {_SPACE.sub("_", id): id for id in documents if _SPACE.search(id)}
    if not query_of and not document_of:
        return finished
    hits = {
        query_of.get(query, query): ([document_of.get(id, id) for id in ids], scores)
        for query, (ids, scores) in finished.hits.items()
    }
    return Finished(finished.name, finished.path, hits)


def _read(name: str, path: Path, field: str, ctx: Context, tally: Tally) -> Finished:
    run = read_run(path, field, ctx=ctx, tally=tally)
    hits = {
        query: (documents, scores)
        for query, documents, scores in zip(run.queries, run.documents, run.scores, strict=True)
    }
    return Finished(name or run.name, path, hits)


def _free(name: str, folder: Path, taken: list[str]) -> str:
    if name not in taken:
        return name
    free, number = f"{name} ({folder.name})", 2
    while free in taken:
        free, number = f"{name} ({folder.name}, {number})", number + 1
    return free
