"""Texts in a file with a JSON object in each line, of which only the places are held in memory."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.collections.digest import Digest
from core.collections.equal import equal_groups
from core.collections.memory import joined
from core.collections.packed_ids import PackedIds
from core.collections.record_line import Record, read_record
from core.collections.source import MOST_BYTES, Source
from core.collections.tally import Faults, Tally
from core.errors import UserError


@dataclass(frozen=True, eq=False)
class LineTexts:
    """`core.collections.collection.Texts`: 28 bytes and the id's letters for each.

    `starts` uint64 (n,) and `lengths` uint32 (n,) in bytes, `numbers` uint32 (n,): lines counted from 1.
    """

    source: Source
    ids: PackedIds
    starts: NDArray[np.uint64]
    lengths: NDArray[np.uint32]
    numbers: NDArray[np.uint32]
    digest: str

    def __len__(self) -> int:
        return len(self.ids)

    def title(self, place: int) -> str:
        return self.record(place).title

    def body(self, place: int) -> str:
        return self.record(place).body

    def text(self, place: int) -> str:
        found = self.record(place)
        return joined(found.title, found.body)

    def texts(self, first: int, last: int) -> list[str]:
        return [joined(found.title, found.body) for found in self.records(first, last)]

    def record(self, place: int) -> Record:
        start = int(self.starts[place])
        return read_record(self.source.read(start, start + int(self.lengths[place])))

    def records(self, first: int, last: int) -> list[Record]:
        """Those of first … last - 1, read in one go."""
        last = min(last, len(self))
        if first >= last:
            return []
        origin = int(self.starts[first])
        data = self.source.read(origin, int(self.starts[last - 1]) + int(self.lengths[last - 1]))
        begins = (self.starts[first:last] - np.uint64(origin)).tolist()
        lengths = self.lengths[first:last].tolist()
        return [
            read_record(data[begin : begin + length]) for begin, length in zip(begins, lengths, strict=True)
        ]

    def chosen(self, places: NDArray[np.int64]) -> LineTexts:
        """Those at `places`, which ascend."""
        if len(places) == len(self):
            return self
        told = hashlib.blake2b(self.digest.encode(), digest_size=16)
        told.update(np.ascontiguousarray(places, dtype="<i8").tobytes())
        return LineTexts(
            self.source,
            self.ids.chosen(places),
            self.starts[places],
            self.lengths[places],
            self.numbers[places],
            told.hexdigest(),
        )


def read_texts(source: Source, tally: Tally, what: str, *, field: str | None) -> LineTexts:
    """Go through a file once: every line is read and looked at, and only its place kept.

    Args:
        what: ``documents`` or ``queries``.

    Raises:
        UserError: lines that are no records, or an id with two texts; which lines.
    """
    faults = Faults(str(source.path), field)
    ids, digest = PackedIds(), Digest()
    starts, lengths, numbers = array("Q"), array("I"), array("I")
    id_hashes, text_hashes = array("q"), array("q")
    for number, start, line in source.lines():
        if line is None:
            tally.note(
                f"lines of more than {MOST_BYTES // 2**20} MiB (left out)", f"{source.name}, line {number:,}"
            )
            continue
        try:
            record = read_record(line)
        except ValueError as error:
            if line.strip():
                faults.add(number, str(error))
            continue
        text = joined(record.title, record.body)
        if record.mended or not text.strip():
            place = f"{source.name}, line {number:,}"
            for mend in record.mended:
                tally.note(mend, place)
            if not text.strip():
                tally.note(_EMPTY[what], place)
        ids.append(record.id)
        starts.append(start)
        lengths.append(len(line))
        numbers.append(number)
        id_hashes.append(hash(record.id))
        text_hashes.append(hash(text))
        digest.add(record.id, record.title, record.body)
    faults.check()
    texts = LineTexts(
        source,
        ids,
        np.frombuffer(starts, dtype=np.uint64) if starts else np.empty(0, np.uint64),
        np.frombuffer(lengths, dtype=np.uint32) if lengths else np.empty(0, np.uint32),
        np.frombuffer(numbers, dtype=np.uint32) if numbers else np.empty(0, np.uint32),
        digest.hexdigest(),
    )
    kept = _once(texts, np.array(id_hashes, dtype=np.int64), tally, what, field)
    if what == "documents":
        _note_equal_texts(texts, np.array(text_hashes, dtype=np.int64)[kept], kept, tally)
    return texts.chosen(kept)


_EMPTY = {
    "documents": "documents without text (kept, never found)",
    "queries": "queries without text (kept; they count 0)",
}


def _once(
    texts: LineTexts, hashes: NDArray[np.int64], tally: Tally, what: str, field: str | None
) -> NDArray[np.int64]:
    """The places of texts whose id did not come before."""
    keep = np.ones(len(texts), dtype=bool)
    for group in equal_groups(hashes):
        first_of: dict[str, int] = {}
        for place in group.tolist():
            id = texts.ids[place]
            first = first_of.setdefault(id, place)
            if first == place:
                continue
            if texts.record(first)[:3] != texts.record(place)[:3]:
                raise UserError(
                    f"{texts.source.path}: the id {id!r} stands for one text in line "
                    f"{texts.numbers[first]:,} and for another in line {texts.numbers[place]:,}. Give each "
                    "its own id, or take one out.",
                    field=field,
                )
            keep[place] = False
            tally.note(
                f"{what} given twice (left out)", f"{texts.source.name}, line {texts.numbers[place]:,}: {id}"
            )
    return np.flatnonzero(keep)


def _note_equal_texts(
    texts: LineTexts, hashes: NDArray[np.int64], kept: NDArray[np.int64], tally: Tally
) -> None:
    for group in equal_groups(hashes):
        if not texts.text(int(kept[group[0]])).strip():
            continue  # counted as documents without text
        for place in kept[group[1:]].tolist():
            tally.note(
                "documents with the text of an earlier one (kept; they tie)",
                f"{texts.source.name}, line {texts.numbers[place]:,}",
            )
