"""Units under one tokenizer: each encoded as it would be in the midst of a text.

Many units are encoded at once, joined by signs whose tokens are known to stand apart, since a library takes
far longer for ten thousand short texts than for one of the same length. The bytes of the tokens tell which
are whose; where they are not those of the text, because the tokenizer changes it, each unit is encoded by
itself between the same signs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, compress, count, islice

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Family, Kind
from core.tokenizers.compare.cuts import (
    BEGIN,
    CLASS,
    END,
    LINE,
    SPACE,
    UNITS,
    WHITE,
    Rules,
    pieces_at_signs,
)
from core.tokenizers.compare.encoded import LOST, MAYBE_LOST, Encoded, merged, ranges
from core.tokenizers.compare.growing import TokenLists
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer

_MARKS = bytes([BEGIN, END])
_CHUNK = 4096
"""Bytes that are encoded as one text."""

NONE, SIGN, SPACED_SIGN = range(3)
"""What has to stand behind a unit so that it ends as it does in a text: nothing, ``a`` or `` a``."""
_BEHIND = ("", "a", " a")
_BEHIND_OF = np.array(
    [{LINE: SIGN, SPACE: SPACED_SIGN, WHITE: SPACED_SIGN}.get(int(kind), NONE) for kind in CLASS]
)
_NEEDS_LINE = np.array([int(kind) not in (SPACE, WHITE, LINE) for kind in CLASS])
"""Whether a unit that begins with this byte stands behind a line end; else behind a sign."""
_BETWEEN = (b"", b" a\n", b"a", b"a\n", b" a", b" a\n")
"""What is put between two units, by twice what has to stand behind the one, and one more if the other needs a
line end before it."""


class NotExactError(Exception):
    """A tokenizer does not encode a unit alike wherever it stands."""


@once_for_each
def token_bytes(tokenizer: Tokenizer) -> list[bytes]:
    """By id; none for special and unused tokens."""
    ordinary = (Kind.TEXT, Kind.BYTE)
    return [
        token.bytes if token is not None and token.kind in ordinary else b""
        for token in tokenizer.vocabulary.entries
    ]


class Numbering:
    """Numbers what is looked up, in the order in which it is met."""

    def __init__(self) -> None:
        self._known: defaultdict[bytes, int] = defaultdict(count().__next__)

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._known)

    def numbers(self, keys: list[bytes]) -> tuple[NDArray[np.int64], list[bytes]]:
        """Their numbers, and those among them that were new, in order."""
        before = len(self._known)
        found = np.fromiter(map(self._known.__getitem__, keys), np.int64, len(keys))
        new = list(islice(reversed(self._known), len(self._known) - before))
        new.reverse()
        return found, new


class Keys:
    """Units as `cut_into_units` gives them, with what is often asked of them; [U] each."""

    def __init__(self, marked: list[bytes]) -> None:
        self.marked = marked
        data = np.frombuffer(b"".join(marked), np.uint8)
        ends = np.cumsum(np.fromiter(map(len, marked), np.int64, len(marked)))
        first = data[np.concatenate(([0], ends[:-1]))]
        last = data[ends - 1]
        self.begins = first == BEGIN
        """Whether a document begins with it."""
        self.ends = last == END
        self.bare = marked.copy()
        """Without the marks."""
        for at in np.flatnonzero(self.begins | self.ends).tolist():
            self.bare[at] = marked[at].strip(_MARKS)
        self.sizes = np.fromiter(map(len, self.bare), np.int64, len(marked))
        """Bytes without the marks; at least one."""
        stops = ends - self.ends
        self.first, self.last = data[stops - self.sizes], data[stops - 1]
        """Bytes, the marks left out."""

    def __len__(self) -> int:
        return len(self.marked)

    def chosen(self, mask: NDArray[np.bool_]) -> Keys:
        return Keys(list(compress(self.marked, mask.tolist())))


class Pieces:
    """Units of byte-level text cut further, at signs: what all such tokenizers of a comparison share.

    Few of a text's distinct words in code are made of distinct pieces.
    """

    most = 250_000
    most_bytes = 4_000_000
    """In all, when they are long."""

    def __init__(self) -> None:
        self.generation = 0
        self.texts: list[bytes] = []
        self._bytes = 0
        self._numbering = Numbering()
        self._last: tuple[list[bytes], NDArray[np.int64], NDArray[np.int64]] | None = None

    def of(self, units: list[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of the units' pieces, one unit after the other, and how many each unit has."""
        if self._last is None or self._last[0] != units:
            if len(self._numbering) > self.most or self._bytes > self.most_bytes:
                self.generation += 1
                self._numbering = Numbering()
                self.texts = []
                self._bytes = 0
            pieces, counts = pieces_at_signs(units)
            numbers, new = self._numbering.numbers(pieces)
            self.texts += new
            self._bytes += sum(map(len, new))
            self._last = units, numbers, counts
        return self._last[1], self._last[2]


class UnitEncoder:
    """One tokenizer.

    Args:
        rules: where the text is cut.
        pieces: where this tokenizer's units may be cut further, what is shared with others.
    """

    def __init__(self, tokenizer: Tokenizer, rules: Rules, pieces: Pieces | None) -> None:
        """
        Raises:
            NotExactError: the tokenizer does not set the signs apart that are put between units.
        """
        self.tokenizer = tokenizer
        self._bytes = token_bytes(tokenizer)
        self._lengths = np.array([*map(len, self._bytes)], np.int64)
        self._words = tokenizer.vocabulary.family is Family.WORDPIECE
        self._ends_spaced = tokenizer.vocabulary.family is Family.BYTE_LEVEL
        self._between = [*_BETWEEN]
        if (rules != UNITS).any():
            self._between[0] = b" a"
        self._joins = not self._words
        self._pieces = pieces
        self._known = TokenLists()
        self._generation = 0
        self._probe()

    def encode(self, keys: Keys) -> Encoded:
        """The tokens of units, as they are in the midst of a text or at its begin or end.

        Raises:
            NotExactError: one is encoded otherwise than in the midst of a text.
            UserError: the tokenizer cannot encode one.
        """
        if self._words:
            return self._of_words(keys)
        joined = self._may_be_joined(keys)
        if not self._joins or not joined.any():
            return self._alone(keys)
        if joined.all():
            return self._joined(keys)
        return merged(joined, self._joined(keys.chosen(joined)), self._alone(keys.chosen(~joined)))

    def _probe(self) -> None:
        texts = ["a", "a\n", "a\nb", "b", "b\na", "b\n", "b a", "a\na"]
        found = dict(zip(texts, self.tokenizer.ids(texts), strict=True))
        self._heads = {"": [], "a": found["a"], "a\n": found["a\n"]}
        self._tails = {
            "": [],
            "a": found["b\na"][len(found["b\n"]) :],
            " a": found["b a"][len(found["b"]) :],
        }
        line = len(found["a\n"])
        plain = found["a\nb"][:line] == found["a\n"] and self._tails["a"] and self._tails[" a"]
        if not plain or found["b\na"][: len(found["b\n"])] != found["b\n"]:
            raise NotExactError
        self._begins_plain = self._ends_spaced and found["a\nb"][line:] == found["b"]
        """Whether a text's begin is encoded as what follows a line end: no space is put before it."""

    def _may_be_joined(self, keys: Keys) -> NDArray[np.bool_]:
        not_first = ~keys.begins | (_NEEDS_LINE[keys.first] & self._begins_plain)
        not_last = ~keys.ends | (_BEHIND_OF[keys.last] != SPACED_SIGN)
        may: NDArray[np.bool_] = not_first & not_last
        return may

    # Many at once

    def _joined(self, keys: Keys) -> Encoded:
        if self._pieces is None:
            return self._in_chunks(keys)
        numbers, counts = self._pieces.of(keys.marked)
        if self._generation != self._pieces.generation:
            self._generation, self._known = self._pieces.generation, TokenLists()
        if new := self._pieces.texts[len(self._known) :]:
            self._known.append(self._in_chunks(Keys(new)))
        found = self._known.take(numbers)
        begins = np.cumsum(counts) - counts
        tokens = np.add.reduceat(found.tokens, begins)
        return Encoded(found.ids, found.widths, tokens, np.maximum.reduceat(found.loss, begins))

    def _in_chunks(self, keys: Keys) -> Encoded:
        bare, sizes = keys.bare, keys.sizes
        behind = _BEHIND_OF[keys.last]
        if self._ends_spaced:
            behind[keys.ends & (behind == SIGN)] = SPACED_SIGN
        line = _NEEDS_LINE[keys.first].astype(np.int64)
        kind = 2 * np.concatenate(([NONE], behind[:-1])) + line
        gaps = np.array([*map(len, self._between)])[kind]
        chunk = (np.cumsum(sizes + gaps) - 1) // _CHUNK
        starts = np.flatnonzero(np.diff(chunk, prepend=-1)).tolist()
        before = [self._between[number] for number in kind.tolist()]
        for at in starts:
            before[at] = b"a\n" if line[at] else b"a"
            gaps[at] = len(before[at])
        stops = [*starts[1:], len(bare)]
        raw = [
            b"".join(chain.from_iterable(zip(before[begin:end], bare[begin:end], strict=True)))
            for begin, end in zip(starts, stops, strict=True)
        ]
        found = self.tokenizer.ids([text.decode() for text in raw])
        ids = np.fromiter(chain.from_iterable(found), np.int64)
        widths = self._lengths[ids]
        good = np.ones(len(bare), bool)
        spelt = self._bytes.__getitem__
        at = 0
        for begin, end, text, its in zip(starts, stops, raw, found, strict=True):
            said = b"".join(map(spelt, its))
            if said != text:
                if said[:1] == b" " and said[1:] == text:
                    widths[at] -= 1
                else:
                    good[begin:end] = False
                    widths[at : at + len(its)] = 0
                    if its:
                        widths[at] = len(text)
                    else:
                        raise NotExactError
            at += len(its)
        tokens_begin = np.cumsum(widths) - widths
        units_end = np.cumsum(sizes + gaps)
        units_begin = units_end - sizes
        total = int(units_end[-1])
        edges = np.append(tokens_begin, total)
        first = np.searchsorted(tokens_begin, units_begin)
        last = np.searchsorted(tokens_begin, units_end)
        good &= (edges[first] == units_begin) & (edges[last] == units_end)
        if good.all():
            chosen = ranges(first, last - first)
            return Encoded(ids[chosen], widths[chosen], last - first, np.zeros(len(bare), np.uint8))
        if good.mean() < 0.5:
            self._joins = False
        first, last = first[good], last[good]
        chosen = ranges(first, last - first)
        kept = Encoded(ids[chosen], widths[chosen], last - first, np.zeros(len(first), np.uint8))
        return merged(good, kept, self._alone(keys.chosen(~good)))

    # One by one

    def _alone(self, keys: Keys) -> Encoded:
        """Each between signs of its own, which are taken off again."""
        heads = [
            "" if begins else "a\n" if line else "a"
            for begins, line in zip(keys.begins.tolist(), _NEEDS_LINE[keys.first].tolist(), strict=True)
        ]
        tails = [
            "" if ends else _BEHIND[behind]
            for ends, behind in zip(keys.ends.tolist(), _BEHIND_OF[keys.last].tolist(), strict=True)
        ]
        texts = [
            f"{head}{bare.decode()}{tail}" for head, bare, tail in zip(heads, keys.bare, tails, strict=True)
        ]
        found = self.tokenizer.ids(texts)
        ids, widths = [], []
        loss = np.zeros(len(keys), np.uint8)
        for at, (bare, head, tail, whole) in enumerate(zip(keys.bare, heads, tails, found, strict=True)):
            begin, end = len(self._heads[head]), len(whole) - len(self._tails[tail])
            if whole[:begin] != self._heads[head] or whole[end:] != self._tails[tail] or end < begin:
                raise NotExactError
            its = whole[begin:end]
            lengths = self._exact(its, bare, begins=not head)
            if lengths is None:
                spans = self.tokenizer.encode(texts[at]).spans[begin:end]
                lengths = clipped(spans, len(head), len(head) + len(bare))
                loss[at] = self._loss(its, bare)
            ids.append(its)
            widths.append(lengths)
        return _flat(ids, widths, loss)

    def _exact(self, ids: Sequence[int], data: bytes, *, begins: bool) -> list[int] | None:
        """Bytes of each token, if they are those of the text."""
        spelt = [self._bytes[id] for id in ids]
        said = b"".join(spelt)
        if said == data:
            return [*map(len, spelt)]
        if begins and said[:1] == b" " and said[1:] == data:
            return [len(spelt[0]) - 1, *map(len, spelt[1:])]
        return None

    def _loss(self, ids: Sequence[int], data: bytes) -> int:
        said = b"".join(self._bytes[id] for id in ids)
        return loss_of(data, said)

    # WordPiece

    def _of_words(self, keys: Keys) -> Encoded:
        """Joined by a character that stands alone as a word; spans by what is left without white space."""
        bare = keys.bare
        data = b"".join(bare)
        marker = self._marker(data)
        if marker is None:
            return self._words_alone(bare)
        sign, number = marker
        groups = range(0, len(bare), 256)
        found = self.tokenizer.ids(
            [f" {sign} ".join(text.decode() for text in bare[at : at + 256]) for at in groups]
        )
        ids = np.fromiter(chain.from_iterable(found), np.int64)
        lengths = [len(its) for its in found]
        marks = np.flatnonzero(ids == number)
        if len(marks) != len(bare) - len(groups):
            return self._words_alone(bare)
        ends = np.sort(np.concatenate([marks, np.cumsum(lengths)]), kind="stable")
        inner = np.isin(ends, marks)
        begins = np.concatenate([[0], (ends + inner)[:-1]])
        tokens = ends - begins
        ids = np.delete(ids, marks)
        return self._with_spans(bare, np.frombuffer(data, np.uint8), ids, tokens)

    def _marker(self, data: bytes) -> tuple[str, int] | None:
        for token in self.tokenizer.vocabulary:
            if token.kind is Kind.TEXT and len(token.bytes) == 3 and 0xE4 <= token.bytes[0] <= 0xE9:
                sign = token.bytes.decode(errors="ignore")
                if len(sign) == 1 and token.bytes not in data:
                    ids = self.tokenizer.ids([f"a {sign} b", "a b"])
                    if ids[0].count(token.id) == 1 and [i for i in ids[0] if i != token.id] == ids[1]:
                        return sign, token.id
        return None

    def _with_spans(
        self, bare: list[bytes], data: NDArray[np.uint8], ids: NDArray[np.int64], tokens: NDArray[np.int64]
    ) -> Encoded:
        """Where the tokens are the unit without its white space, in lower case if need be, spans follow."""
        edges = np.cumsum([0, *map(len, bare)])
        visible = np.flatnonzero(~np.isin(CLASS[data], (SPACE, WHITE, LINE)))
        shown = data[visible]
        if self.tokenizer.vocabulary.lowercased:
            shown = np.where((shown >= 65) & (shown <= 90), shown + 32, shown)
        spelt = list(map(self._bytes.__getitem__, ids.tolist()))
        lengths = self._lengths[ids]
        of_unit = np.searchsorted(visible, edges)
        first = np.concatenate([[0], np.cumsum(tokens)])
        until = np.concatenate([[0], np.cumsum(lengths)])
        fits = (np.diff(until[first]) == np.diff(of_unit)) & (tokens > 0)
        said = np.frombuffer(b"".join(spelt), np.uint8)
        width = np.where(fits, np.diff(of_unit), 0)
        same = said[ranges(until[first[:-1]], width)] == shown[ranges(of_unit[:-1], width)]
        wrong = np.add.reduceat(np.append(~same, False), np.cumsum(width) - width) if len(width) else width
        fits &= np.where(width > 0, wrong, 1) == 0
        # ends of tokens: behind their last visible byte
        which = np.repeat(np.arange(len(bare)), tokens)
        inside = until[1:] - until[first[which]]
        place = np.clip(of_unit[which] + inside - 1, 0, max(len(visible) - 1, 0))
        ends = visible[place] + 1 if len(visible) else np.zeros(len(ids), np.int64)
        last = first[1:][tokens > 0] - 1
        ends[last] = edges[1:][tokens > 0]
        begins = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
        starts = first[:-1][tokens > 0]
        begins[starts] = edges[:-1][tokens > 0]
        widths = ends - begins
        lower = self.tokenizer.vocabulary.lowercased
        capitals = (data >= 65) & (data <= 90) if lower else np.zeros(len(data), bool)
        lost = np.add.reduceat(np.append(capitals | np.isin(data, [9, 10, 13]), False), edges[:-1]) > 0
        loss = np.where(lost, LOST, MAYBE_LOST).astype(np.uint8)
        for at in np.flatnonzero(~fits):
            text = bare[at].decode()
            found = self.tokenizer.encode(text)
            begin, end = first[at], first[at + 1]
            if found.ids != ids[begin:end].tolist():
                raise NotExactError
            widths[begin:end] = clipped(found.spans, 0, len(bare[at]))
            loss[at] = self._loss(found.ids, bare[at])
        return Encoded(ids, widths, tokens, loss)

    def _words_alone(self, bare: list[bytes]) -> Encoded:
        ids, widths = [], []
        loss = np.zeros(len(bare), np.uint8)
        for at, data in enumerate(bare):
            found = self.tokenizer.encode(data.decode())
            ids.append(found.ids)
            widths.append(clipped(found.spans, 0, len(data)))
            loss[at] = self._loss(found.ids, data)
        return _flat(ids, widths, loss)


def encode_whole(tokenizer: Tokenizer, documents: Sequence[str]) -> Encoded:
    """Documents as the library encodes them.

    Raises:
        UserError: the tokenizer cannot encode one.
    """
    spelt = token_bytes(tokenizer)
    ids = tokenizer.ids(documents)
    widths = []
    loss = np.zeros(len(ids), np.uint8)
    for at, (text, its) in enumerate(zip(documents, ids, strict=True)):
        data = text.encode()
        tokens = [spelt[id] for id in its]
        said = b"".join(tokens)
        if said in (data, b" " + data):
            lengths = [*map(len, tokens)]
            if said != data:
                lengths[0] -= 1
        else:
            lengths = clipped(tokenizer.encode(text).spans, 0, len(data))
            loss[at] = loss_of(data, said)
        widths.append(lengths)
    return _flat(ids, widths, loss)


def loss_of(data: bytes, said: bytes) -> int:
    """What the bytes of a text's tokens tell of whether decoding gives the text back."""
    if b"".join(data.split()) != b"".join(said.split()):
        return LOST
    lines = any(data.count(sign) != said.count(sign) for sign in (b"\n", b"\t", b"\r"))
    return LOST if lines else MAYBE_LOST


def clipped(spans: Sequence[tuple[int, int]], begin: int, end: int) -> list[int]:
    """Widths of spans within a part of the text, which they cover."""
    if not spans:
        return []
    ends = [min(max(stop, begin), end) for _, stop in spans]
    ends[-1] = end
    return [stop - start for start, stop in zip([begin, *ends], ends, strict=False)]


def _flat(ids: Sequence[Sequence[int]], widths: Sequence[Sequence[int]], loss: NDArray[np.uint8]) -> Encoded:
    return Encoded(
        np.fromiter(chain.from_iterable(ids), np.int64),
        np.fromiter(chain.from_iterable(widths), np.int64),
        np.fromiter(map(len, ids), np.int64, len(ids)),
        loss,
    )
