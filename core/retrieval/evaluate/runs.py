"""Rankings written as TREC run files: query, Q0, document, rank, score, name of the run."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.collections.collection import Collection
from core.jobs.context import Context
from core.retrieval.ranking import Ranking

_SPACE = re.compile(r"\s")


def write_runs(
    folder: Path, collection: Collection, rankings: Mapping[str, Ranking], ctx: Context
) -> list[Path]:
    """One ``NAME.run.gz`` for each system; returns the files. White space in ids, which the format cannot
    hold, becomes ``_``, with a warning."""
    written: list[Path] = []
    documents = [_SPACE.sub("_", id) for id in collection.documents.ids]
    queries = [_SPACE.sub("_", id) for id in collection.queries.ids]
    if documents != list(collection.documents.ids) or queries != list(collection.queries.ids):
        ctx.warn("Ids with white space are written with _ instead in the run files, which cannot hold it.")
    for name, ranking in rankings.items():
        file = _free(folder, name, written)
        tag = _SPACE.sub("_", name)
        with gzip.open(file, "wt", compresslevel=1, encoding="utf-8", newline="\n") as stream:
            for query, id in enumerate(queries):
                ctx.progress(query, len(queries), f"Writing {file.name}")
                places = ranking.places[query]
                found = places[places >= 0].tolist()
                hits = zip(found, ranking.scores[query].tolist(), strict=False)
                stream.writelines(
                    f"{id} Q0 {documents[place]} {rank} {score:.6f} {tag}\n"
                    for rank, (place, score) in enumerate(hits, start=1)
                )
        written.append(file)
    return written


def _free(folder: Path, name: str, taken: Iterable[Path]) -> Path:
    """A file name made of the system's, that no other has."""
    stem = re.sub(r"[^\w.+-]+", "-", name, flags=re.ASCII).strip("-.") or "system"
    file, number = folder / f"{stem}.run.gz", 2
    while file in taken:
        file, number = folder / f"{stem}-{number}.run.gz", number + 1
    return file
