"""A collection written in BEIR's layout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.collections.collection import Texts

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def write_collection(
    folder: Path,
    documents: Texts,
    queries: Texts,
    judgements: Mapping[str, Mapping[str, int]],
    *,
    split: str = "test",
    meta: Mapping[str, Any] | None = None,
) -> None:
    """Write ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/SPLIT.tsv`` to `folder`, which is made.

    Args:
        meta: where it came from, for ``collection.json``; none is written without it.

    Raises:
        ValueError: an id that is judged holds a tab or a line end.
        OSError
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_texts(folder / "corpus.jsonl", _records(documents))
    write_texts(folder / "queries.jsonl", _records(queries))
    write_judgements(folder / "qrels" / f"{split}.tsv", judgements)
    if meta is not None:
        write_meta(folder, meta)


def write_texts(path: Path, records: Iterable[tuple[str, str, str]]) -> int:
    """Write (id, title, text) one to a line; returns how many there were. Nothing is held in memory."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for id, title, text in records:
            file.write(text_line(id, title, text))
            count += 1
    return count


def text_line(id: str, title: str, text: str, **more: Any) -> str:
    """A line of ``corpus.jsonl``, with its end; `more` is what else is known of the text."""
    said = {"_id": id, "title": title, "text": text} if title else {"_id": id, "text": text}
    return _ENCODE(said | more) + "\n"


def write_judgements(path: Path, judgements: Mapping[str, Mapping[str, int]]) -> int:
    """Write a header and a row for each pair; returns how many pairs there were.

    Raises:
        ValueError: an id holds a tab or a line end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for query, grades in judgements.items():
            _check(query)
            for document, grade in grades.items():
                _check(document)
                file.write(f"{query}\t{document}\t{grade}\n")
                count += 1
    return count


def write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    """Write ``collection.json``: where a collection came from, and how it was made."""
    (folder / "collection.json").write_text(
        json.dumps(meta, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def _records(texts: Texts) -> Iterable[tuple[str, str, str]]:
    for place, id in enumerate(texts.ids):
        yield id, texts.title(place), texts.body(place)


def _check(id: str) -> None:
    if any(mark in id for mark in "\t\r\n"):
        raise ValueError(f"the id {id!r} holds a tab or a line end, which a table of judgements cannot")
