"""The engine: texts walked once, each distinct unit looked at once, everything else by counting.

Units are numbered as they are met. A new one is encoded by each tokenizer and asked for all columns; what a
text adds up to is how often it has which unit, times the unit's columns. What is kept of units is bounded:
when there are too many, those met only once are forgotten.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.cuts import UNITS, cut_into_units, cuts_of, parts_at_signs
from core.tokenizers.compare.documents import DocumentSums
from core.tokenizers.compare.encoded import LOST, MAYBE_LOST, Encoded
from core.tokenizers.compare.encoder import Keys, NotExactError, Numbering, Pieces, UnitEncoder, encode_whole
from core.tokenizers.compare.growing import Growing, TokenLists
from core.tokenizers.compare.measures import MEASURES
from core.tokenizers.compare.measures.measure import OfBoundaries, Ratio, Units
from core.tokenizers.compare.token_table import token_table
from core.tokenizers.compare.units import SHARED, Stretches, marked
from core.tokenizers.compare.words import Words
from core.tokenizers.ranks import RankTokenizer
from core.tokenizers.tokenizer import Tokenizer

ROOM = 90_000_000
"""Bytes that may be kept of units, more or less."""
_OF_UNIT, _OF_TOKENIZER = 200, 150
"""Bytes that a unit takes, and takes for each tokenizer: on prose and code."""
_OF_BYTE = 8
"""Bytes that a byte of a unit takes, and takes for each tokenizer, where units are long."""
_FEWEST = 20_000
"""Units that are kept in any case, but for long ones."""
_LONG = 1_000
"""Bytes of a unit."""
_BYTES, _DOCUMENTS = SHARED.index("bytes"), SHARED.index("documents")


class InexactError(Exception):
    """A tokenizer turned out to need whole documents."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__(tokenizer)
        self.tokenizer = tokenizer


@dataclass(frozen=True)
class Lost:
    """The first document of a text that a tokenizer does not give back; `number` from 1."""

    number: int
    before: str
    after: str
    unknown: bool


@dataclass
class TextSums:
    """What one text adds up to; lists are by tokenizer."""

    shared: NDArray[np.int64]
    """[5]: `SHARED`."""
    columns: list[NDArray[np.int64]]
    """Sums of each tokenizer's columns."""
    counts: list[NDArray[np.int64]]
    """[V]: how often each token occurred."""
    pairs: list[NDArray[np.int64]]
    """Of each two tokenizers, in the order of ``itertools.combinations``: sums of `pair_columns`."""
    losses: list[int]
    """Documents that decoding does not give back."""
    first_lost: list[Lost | None]
    documents: DocumentSums
    """Columns: the shared ones, then each tokenizer's."""


class Side:
    """One tokenizer of a comparison, and what is known of the units under it.

    Args:
        encoder: None where whole documents are encoded.
    """

    def __init__(self, tokenizer: Tokenizer, encoder: UnitEncoder | None) -> None:
        self.tokenizer = tokenizer
        self.encoder = encoder
        self.ratios = [m for m in MEASURES.values() if isinstance(m, Ratio) and m.applies(tokenizer)]
        self.columns = self._names()
        """``tokens`` first; those of which some measure is a ratio."""
        self.seen = np.zeros(tokenizer.vocabulary.size, bool)
        """[V]: tokens met so far."""
        self.adds_prefix = _decoded_with_prefix(tokenizer)
        self.clear()

    def clear(self) -> None:
        self.lists = TokenLists()
        self.rows = Growing(np.int32, len(self.columns))
        self.may_lose = False

    def learn(self, encoded: Encoded, rows: NDArray[np.int64]) -> None:
        self.lists.append(encoded)
        self.rows.append(rows)
        self.seen[encoded.ids] = True
        self.may_lose = self.may_lose or bool(encoded.loss.any())

    def rows_of(self, units: Units, encoded: Encoded) -> NDArray[np.int64]:
        """int64 [U, k]: what one occurrence of each unit adds to each column."""
        found: dict[str, NDArray[np.int64]] = {"tokens": encoded.tokens}
        for ratio in self.ratios:
            for name, column in ratio.columns(units, self.tokenizer).items():
                found.setdefault(name, column)
        return np.stack([found[name] for name in self.columns], axis=1)

    def _names(self) -> list[str]:
        used = (name for ratio in self.ratios for name in (ratio.numerator, ratio.denominator))
        return list(dict.fromkeys(["tokens", *(name for name in used if name not in SHARED)]))


class Counting:
    """Counts documents under several tokenizers at once.

    Args:
        how: what a word is.
        whole: those tokenizers that are to see whole documents, whatever is known of them.
        tick: called often, so that a stop is heard.
        room: bytes that may be kept of units, more or less.
    """

    def __init__(
        self,
        tokenizers: Sequence[Tokenizer],
        how: Words = "unicode",
        *,
        whole: Sequence[Tokenizer] = (),
        tick: Callable[[], None] = lambda: None,
        room: int = ROOM,
    ) -> None:
        """
        Raises:
            InexactError: a tokenizer must be one of `whole`.
            UserError: a tokenizer cannot encode a few letters.
        """
        self._how = how
        self._tick = tick
        boundaries = [m for m in MEASURES.values() if isinstance(m, OfBoundaries)]
        self._boundary_columns = [*{type(m).columns: m.columns for m in boundaries}.values()]
        allowed = [None if tokenizer in whole else cuts_of(tokenizer) for tokenizer in tokenizers]
        self._rules = UNITS
        for rules in allowed:
            self._rules = self._rules if rules is None else self._rules & rules
        pieces = Pieces()
        self.sides = [
            Side(tokenizer, None if rules is None else self._encoder(tokenizer, pieces))
            for tokenizer, rules in zip(tokenizers, allowed, strict=True)
        ]
        self._cut = [side for side in self.sides if side.encoder is not None]
        self._pairs = list(itertools.combinations(self.sides, 2))
        self.pair_columns: list[str] = []
        self._most = max(_FEWEST, room // (_OF_UNIT + _OF_TOKENIZER * len(self._cut)))
        self._most_bytes = room // (_OF_BYTE * (1 + len(self._cut)))
        self.read: list[int] = [0]
        """Bytes after each call of `add`."""
        self.used: list[list[int]] = [[0] for _ in self.sides]
        """Of each tokenizer: different text and byte tokens met by then."""
        self._numbering = Numbering()
        self._bytes = 0
        self._counts = np.zeros(0, np.int64)
        self._uses = np.zeros(0, np.int64)
        self._shared = Growing(np.int32, len(SHARED))
        self._pair_rows: list[Growing | None] = [None] * len(self._pairs)
        self._begin_text()

    def add(self, documents: Sequence[str]) -> None:
        """Count these, too, in the text that is being read.

        Raises:
            InexactError: as above; then everything is to be counted anew.
            UserError: a tokenizer cannot encode one of them.
        """
        batch = _Batch(documents)
        if self._cut:
            units = cut_into_units(marked(documents), self._rules)
            batch.numbers, new = self._numbering.numbers(units)
            if new:
                self._learn(Keys(new))
            self._counts[: len(self._numbering)] += np.bincount(batch.numbers, minlength=len(self._numbering))
            batch.starts = np.flatnonzero(self._shared.values[batch.numbers, _DOCUMENTS])
            batch.shared = batch.by_document(self._shared)
            for side in self._cut:
                self._tick()
                batch.rows[side] = batch.by_document(side.rows)
                if side.may_lose:
                    batch.loss[side] = np.maximum.reduceat(side.lists.loss(batch.numbers), batch.starts)
        if len(self._cut) < len(self.sides):
            self._add_whole(batch)
        rows = [batch.rows[side] for side in self.sides]
        self._sums.documents.add(np.concatenate([batch.shared, *rows], axis=1))
        for at, side in enumerate(self.sides):
            if side in batch.loss and batch.loss[side].any():
                self._look_at_losses(at, side, batch)
            self.used[at].append(int((side.seen & token_table(side.tokenizer).ordinary).sum()))
        self._documents += len(documents)
        self.read.append(self.read[-1] + int(batch.shared[:, 0].sum()))
        if len(self._numbering) > self._most or self._bytes > self._most_bytes:
            self._forget()

    def end_text(self) -> TextSums:
        """What the text that was read adds up to; the next one begins."""
        self._fold()
        found = self._sums
        self._begin_text()
        return found

    def ids(self, documents: Sequence[str]) -> list[list[list[int]]]:
        """Ids of documents that were added, by tokenizer and document, put together from their units."""
        numbers, _ = self._numbering.numbers(cut_into_units(marked(documents), self._rules))
        starts = np.flatnonzero(self._shared.values[numbers, _DOCUMENTS])
        found = []
        for side in self._cut:
            ids, tokens = side.lists.ids(numbers)
            ends = np.cumsum(np.add.reduceat(tokens, starts))
            found.append([part.tolist() for part in np.split(ids, ends[:-1])])
        return found

    # Units

    def _encoder(self, tokenizer: Tokenizer, pieces: Pieces) -> UnitEncoder:
        slow = not isinstance(tokenizer, RankTokenizer)  # tiktoken is as fast as cutting further would be
        shared = pieces if slow and parts_at_signs(tokenizer) else None
        try:
            return UnitEncoder(tokenizer, self._rules, shared)
        except NotExactError:
            raise InexactError(tokenizer) from None

    def _learn(self, keys: Keys) -> None:
        """Look at new units."""
        stretches = Stretches(keys.bare, keys.begins, self._how)
        self._shared.append(stretches.columns)
        self._bytes += len(stretches.data)
        units: dict[Side, Units] = {}
        for side in self._cut:
            self._tick()
            assert side.encoder is not None
            try:
                encoded = side.encoder.encode(keys)
            except NotExactError:
                raise InexactError(side.tokenizer) from None
            if side.adds_prefix:
                encoded = encoded._replace(loss=np.maximum(encoded.loss, MAYBE_LOST * keys.begins))
            units[side] = stretches.under(encoded)
            side.learn(encoded, side.rows_of(units[side], encoded))
        for at, (first, second) in enumerate(self._pairs):
            if first in units and second in units:
                self._keep_pair(at, self._boundaries(units[first], units[second]))
        missing = len(self._numbering) - len(self._counts)
        if missing > 0:
            self._counts = np.concatenate([self._counts, np.zeros(missing + len(self._counts), np.int64)])

    def _boundaries(self, first: Units, second: Units) -> NDArray[np.int64]:
        """int64 [U, k]"""
        found: dict[str, NDArray[np.int64]] = {}
        for columns in self._boundary_columns:
            found |= columns(first, second)
        self.pair_columns = list(found)
        return np.stack([*found.values()], axis=1)

    def _clear(self) -> None:
        self._numbering = Numbering()
        self._bytes = 0
        self._counts = np.zeros(0, np.int64)
        self._uses = np.zeros(0, np.int64)
        self._shared = Growing(np.int32, len(SHARED))
        self._pair_rows = [None] * len(self._pairs)
        for side in self._cut:
            side.clear()

    def _forget(self) -> None:
        """Keep those units alone that were met more than once, the commonest ones if that is too many.

        No long ones: of a text without white space there are few, but with as many tokens as any text has.
        """
        self._fold()
        uses = self._uses[: len(self._numbering)]
        kept = np.flatnonzero((uses > 1) & (self._shared.values[:, _BYTES] < _LONG))
        if len(kept) > self._most // 2:
            kept = np.sort(np.argpartition(-uses, self._most // 2)[: self._most // 2])
        keys = list(self._numbering)
        shared = self._shared.values[kept]
        pairs = [None if rows is None else rows.values[kept] for rows in self._pair_rows]
        sides = [(side.lists.take(kept), side.rows.values[kept]) for side in self._cut]
        self._clear()
        self._numbering.numbers([keys[at] for at in kept])
        self._counts = np.zeros(len(kept), np.int64)
        self._uses = np.zeros(len(kept), np.int64)
        self._shared.append(shared)
        self._bytes = int(shared[:, _BYTES].sum())
        for at, rows in enumerate(pairs):
            if rows is not None:
                self._keep_pair(at, rows)
        for side, (encoded, rows) in zip(self._cut, sides, strict=True):
            side.learn(encoded, rows)

    def _keep_pair(self, at: int, rows: NDArray[np.int64]) -> None:
        kept = self._pair_rows[at] or Growing(np.int32, rows.shape[1])
        kept.append(rows)
        self._pair_rows[at] = kept

    # Sums

    def _begin_text(self) -> None:
        width = len(SHARED) + sum(len(side.columns) for side in self.sides)
        self._documents = 0
        self._sums = TextSums(
            shared=np.zeros(len(SHARED), np.int64),
            columns=[np.zeros(len(side.columns), np.int64) for side in self.sides],
            counts=[np.zeros(side.tokenizer.vocabulary.size, np.int64) for side in self.sides],
            pairs=[np.zeros(0, np.int64) for _ in self._pairs],
            losses=[0] * len(self.sides),
            first_lost=[None] * len(self.sides),
            documents=DocumentSums(width),
        )

    def _fold(self) -> None:
        """Add what the units' counts come to, and count from nought again."""
        known = len(self._numbering)
        met = np.flatnonzero(self._counts[:known])
        if not len(met):
            return
        times = self._counts[met]
        sums = self._sums
        sums.shared += times @ self._shared.values[met].astype(np.int64)
        for at, side in enumerate(self.sides):
            if side.encoder is None:
                continue
            self._tick()
            sums.columns[at] += times @ side.rows.values[met].astype(np.int64)
            ids, tokens = side.lists.ids(met)
            # As float64, which is exact below 2 ** 53.
            counted = np.bincount(ids, np.repeat(times, tokens), minlength=len(sums.counts[at]))
            sums.counts[at] += counted.astype(np.int64)
        for at, rows in enumerate(self._pair_rows):
            if rows is not None:
                self._add_pair(at, times @ rows.values[met].astype(np.int64))
        if len(self._uses) < known:
            self._uses = np.concatenate([self._uses, np.zeros(known - len(self._uses), np.int64)])
        self._uses[met] += times
        self._counts[:known] = 0

    def _add_pair(self, at: int, sums: NDArray[np.int64]) -> None:
        before = self._sums.pairs[at]
        self._sums.pairs[at] = before + sums if len(before) else sums

    def _add_whole(self, batch: _Batch) -> None:
        """Those tokenizers that see whole documents."""
        documents = batch.documents
        begins = np.ones(len(documents), bool)
        stretches = Stretches([document.encode() for document in documents], begins, self._how)
        if not self._cut:
            batch.shared = stretches.columns
            self._sums.shared += batch.shared.sum(axis=0)
        units: dict[Side, Units] = {}
        for at, side in enumerate(self.sides):
            if side.encoder is not None:
                units[side] = stretches.under(batch.encoded(side))
                continue
            self._tick()
            encoded = encode_whole(side.tokenizer, documents)
            units[side] = stretches.under(encoded)
            batch.rows[side] = side.rows_of(units[side], encoded)
            batch.loss[side] = np.maximum(encoded.loss, MAYBE_LOST * side.adds_prefix)
            side.seen[encoded.ids] = True
            self._sums.columns[at] += batch.rows[side].sum(axis=0)
            self._sums.counts[at] += np.bincount(encoded.ids, minlength=len(self._sums.counts[at]))
            batch.ids[side] = np.split(encoded.ids, np.cumsum(encoded.tokens)[:-1])
        for at, (first, second) in enumerate(self._pairs):
            if first.encoder is None or second.encoder is None:
                self._add_pair(at, self._boundaries(units[first], units[second]).sum(axis=0))

    # Losses

    def _look_at_losses(self, at: int, side: Side, batch: _Batch) -> None:
        loss = batch.loss[side]
        first = self._sums.first_lost[at]
        for number in np.flatnonzero(loss).tolist():
            if loss[number] == LOST and first is not None:
                self._sums.losses[at] += 1
                continue
            before = batch.documents[number]
            ids = batch.ids_of(side, number)
            after = side.tokenizer.decode(ids)
            if after != before:
                self._sums.losses[at] += 1
                if first is None:
                    unknown = any(map(side.tokenizer.is_unknown, ids))
                    first = Lost(self._documents + number + 1, before, after, unknown)
        self._sums.first_lost[at] = first


@dataclass
class _Batch:
    """Documents that are counted together."""

    documents: Sequence[str]
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """[n]: their units."""
    starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """[d]: which of these begin a document."""
    shared: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, len(SHARED)), np.int64))
    rows: dict[Side, NDArray[np.int64]] = field(default_factory=dict)
    loss: dict[Side, NDArray[np.uint8]] = field(default_factory=dict)
    ids: dict[Side, list[NDArray[Any]]] = field(default_factory=dict)
    """By document, of those tokenizers that see whole ones."""

    def by_document(self, rows: Growing) -> NDArray[np.int64]:
        """int64 [d, k]: sums of what the units add."""
        # Quicker than indexing; and than summing down the columns of a table.
        units = np.take(rows.values, self.numbers, axis=0, mode="clip")
        found = np.add.reduceat(np.ascontiguousarray(units.T), self.starts, axis=1, dtype=np.int64)
        return np.ascontiguousarray(found.T)

    def encoded(self, side: Side) -> Encoded:
        """The documents' tokens, from those of their units."""
        found = side.lists.take(self.numbers)
        tokens = np.add.reduceat(found.tokens, self.starts)
        return Encoded(found.ids, found.widths, tokens, np.zeros(len(tokens), np.uint8))

    def ids_of(self, side: Side, number: int) -> list[int]:
        if side in self.ids:
            found = self.ids[side][number]
        else:
            until = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.numbers)
            found, _ = side.lists.ids(self.numbers[self.starts[number] : until])
        return [int(id) for id in found]


def _decoded_with_prefix(tokenizer: Tokenizer) -> bool:
    """Whether decoding leaves the space in place that the tokenizer puts before a text."""
    [ids] = tokenizer.ids(["a"])
    return tokenizer.decode(ids).startswith(" ")
