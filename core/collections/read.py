"""Collections in BEIR's layout: ``corpus.jsonl``, ``queries.jsonl``, ``qrels/test.tsv``.

Layout: beir-cellar/beir. Texts stay in their files; judgements are held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.collections.collection import Collection, Texts
from core.collections.grades import Judgements, read_table
from core.collections.line_texts import LineTexts, read_texts
from core.collections.memory import MemoryTexts
from core.collections.source import Source
from core.collections.tally import Tally
from core.errors import UserError
from core.jobs.context import Context

MADE = "collection"
"""The name of the folder that a run writes a collection to, where it is not told another."""
LAYOUT = (
    "A collection is a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv (or the same with .gz)."
)


def open_collection(
    path: Path, ctx: Context | None = None, *, field: str | None = "collection", split: str = "test"
) -> Collection:
    """Go through the files of a folder once, and keep places, ids and judgements.

    Without queries or judgements there are none in the collection; where there are judgements, queries
    without any are hidden (and counted), as BEIR's own reader does. Judgements of documents that are not
    there stay: they count for recall, as in trec_eval.

    Args:
        split: of several tables of judgements, that which is read; the only one does for any.

    Raises:
        UserError: a file is missing or damaged: which, in which line, and how it is mended.
    """
    folder = Path(path).expanduser()
    tally = Tally()
    documents = read_texts(
        Source(_needed(folder, "corpus.jsonl", field), ctx, field=field), tally, "documents", field=field
    )
    if not len(documents):
        raise UserError(f"{documents.source.path} holds no documents.", field=field)
    file = _found(folder, "queries.jsonl")
    queries = read_texts(Source(file, ctx, field=field), tally, "queries", field=field) if file else None
    judgements = _judgements(folder, split, tally, ctx, field)
    if judgements and queries is None:
        raise UserError(f"{folder} has judgements, but no queries.jsonl. {LAYOUT}", field=field)
    asked, kept = _judged(queries, judgements, tally, folder, field)
    _note_unknown_documents(documents, kept, tally)
    return Collection(
        name=name_of(folder),
        path=folder,
        documents=documents,
        queries=asked,
        judgements=kept,
        skipped=tuple(tally.skipped()),
    )


def name_of(folder: Path) -> str:
    """The folder's; of one that a run made, which all are called alike, that of what it was made of."""
    name = folder.resolve().name
    if name != MADE:
        return name
    try:
        said = json.loads((folder / "collection.json").read_text(encoding="utf-8"))["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return name
    return said if isinstance(said, str) and said else name


def _judged(
    queries: LineTexts | None, judgements: Judgements, tally: Tally, folder: Path, field: str | None
) -> tuple[Texts, Judgements]:
    """The queries that are asked, in the order of their file, and their judgements."""
    if queries is None:
        return MemoryTexts([], []), {}
    ids = list(queries.ids)
    if not judgements:
        return queries, {}
    judged = [place for place, id in enumerate(ids) if id in judgements]
    if not judged:
        raise UserError(
            f"{folder}: no query of queries.jsonl has judgements: the ids in qrels, such as "
            f"{next(iter(judgements))!r}, are others than those of the queries, such as {ids[0]!r}."
            if ids
            else f"{folder}: queries.jsonl holds no queries.",
            field=field,
        )
    for id in (id for id in ids if id not in judgements):
        tally.note("queries without judgements (hidden)", f"{queries.source.name}: {id}")
    known = set(ids)
    for id in judgements:
        if id not in known:
            tally.note("judged queries that are not there (left out)", f"qrels: {id}")
    return queries.chosen(np.array(judged, dtype=np.int64)), {
        ids[place]: judgements[ids[place]] for place in judged
    }


def _note_unknown_documents(
    documents: LineTexts, judgements: Mapping[str, Mapping[str, int]], tally: Tally
) -> None:
    wanted = {id for grades in judgements.values() for id in grades}
    unknown = wanted.difference(documents.ids)
    if not unknown:
        return
    for query, grades in judgements.items():
        for id in grades:
            if id in unknown:
                tally.note(
                    "judgements of documents that are not there (kept: recall counts them as missed)",
                    f"qrels: {query}, {id}",
                )


def _judgements(folder: Path, split: str, tally: Tally, ctx: Context | None, field: str | None) -> Judgements:
    file = _found(folder / "qrels", f"{split}.tsv") or _found(folder, "qrels.jsonl")
    if file is None:
        tables = sorted(
            file for file in (folder / "qrels").glob("*") if file.name.removesuffix(".gz").endswith(".tsv")
        )
        if len(tables) > 1:
            names = ", ".join(table.name.removesuffix(".gz").removesuffix(".tsv") for table in tables)
            raise UserError(
                f"There is no qrels/{split}.tsv in {folder}; there are {names}. Choose one as the split.",
                field="split" if field == "collection" else field,
            )
        if not tables:
            return {}
        file = tables[0]
        if ctx is not None:
            ctx.warn(f"There is no qrels/{split}.tsv in {folder}; qrels/{file.name}, the only one, is used.")
    return read_table(Source(file, ctx, field=field), tally, field=field)


def _found(folder: Path, name: str) -> Path | None:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    return None


def _needed(folder: Path, name: str, field: str | None) -> Path:
    file = _found(folder, name)
    if file is not None:
        return file
    if not folder.exists():
        raise UserError(f"There is no folder {folder}. {LAYOUT}", field=field)
    if not folder.is_dir():
        raise UserError(
            f"{folder} is a file. {LAYOUT} Make one of other files under Collections.", field=field
        )
    raise UserError(f"There is no {name} in {folder}. {LAYOUT}", field=field)
