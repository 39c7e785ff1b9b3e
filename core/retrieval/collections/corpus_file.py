"""``corpus.jsonl`` on its way: written line by line, ids that come twice settled at the end."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np

from core.collections.equal import equal_groups
from core.collections.packed_ids import PackedIds
from core.collections.tally import Tally
from core.collections.write import text_line
from core.errors import UserError
from core.retrieval.collections.documents import Incoming

Twice = Literal["refuse", "first", "last", "number"]


def write_corpus(
    path: Path, documents: Iterable[Incoming], tally: Tally, *, twice: Twice, field: str | None
) -> int:
    """Write the documents, and return how many there are. 40 bytes and the place's letters of each are held.

    Args:
        twice: what becomes of two texts under one id: an error, the first or last one stays, or the second
            becomes ``ID#2``. The same text twice is kept once, whatever this says.

    Raises:
        UserError: two texts under one id, where that is refused.
    """
    ids, texts, places = array("q"), array("q"), PackedIds()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.write(text_line(document.id, document.title, document.text, **document.more))
            ids.append(hash(document.id))
            texts.append(hash((document.title, document.text)))
            places.append(document.place)
    groups = equal_groups(np.array(ids, dtype=np.int64))
    if not groups:
        return len(ids)
    again = {place for group in groups for place in group.tolist()}
    return _settled(path, again, texts, places, tally, twice, field)


def _settled(
    path: Path,
    again: set[int],
    texts: array[int],
    places: PackedIds,
    tally: Tally,
    twice: Twice,
    field: str | None,
) -> int:
    """Write the file once more, without what is there twice. `again`: the lines whose ids are not alone."""
    whole = path.with_suffix(".whole")
    path.replace(whole)
    seen: dict[str, list[int]] = {}
    with whole.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file):
            if number in again:
                seen.setdefault(json.loads(line)["_id"], []).append(number)
    left_out, renamed = _decided(seen, texts, places, tally, twice, field)
    count = 0
    with (
        whole.open(encoding="utf-8", newline="\n") as file,
        path.open("w", encoding="utf-8", newline="\n") as kept,
    ):
        for number, line in enumerate(file):
            if number in left_out:
                continue
            if number in renamed:
                line = json.dumps(json.loads(line) | {"_id": renamed[number]}, ensure_ascii=False) + "\n"
            kept.write(line)
            count += 1
    whole.unlink()
    return count


def _decided(
    seen: dict[str, list[int]],
    texts: array[int],
    places: PackedIds,
    tally: Tally,
    twice: Twice,
    field: str | None,
) -> tuple[set[int], dict[int, str]]:
    """Lines to leave out, and new ids of lines that stay."""
    left_out: set[int] = set()
    renamed: dict[int, str] = {}
    for id, numbers in seen.items():
        once = {texts[number]: number for number in reversed(numbers)}  # text → its first line
        different = sorted(once.values())
        for number in numbers:
            if number not in different:
                left_out.add(number)
                tally.note("documents given twice (left out)", f"{places[number]}: {id}")
        if len(different) < 2:
            continue
        if twice == "refuse":
            raise UserError(
                f"The id {id!r} stands for one text in {places[different[0]]}, and for another in "
                f"{places[different[1]]}. Choose another column for the ids, or say which of them to keep.",
                field=field,
            )
        if twice == "number":
            for place, number in enumerate(different[1:], start=2):
                renamed[number] = _free(f"{id}#{place}", seen)
                tally.note("ids that stand for several texts (numbered)", f"{places[number]}: {id}")
            continue
        stays = different[0] if twice == "first" else different[-1]
        for number in different:
            if number != stays:
                left_out.add(number)
                tally.note(
                    f"documents with the id of another one (the {twice} stays)", f"{places[number]}: {id}"
                )
    return left_out, renamed


def _free(id: str, taken: dict[str, list[int]]) -> str:
    while id in taken:
        id += "'"
    return id
