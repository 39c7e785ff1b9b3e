"""What a tokenizer would write next after a word, worked out for all tokens at once, where that is certain.

Only for a tail that is letters (a space may stand before them), and tokens without an apostrophe, which some
patterns look at together with letters before and behind. There a tokenizer that cuts texts by patterns either
cuts between the two or nowhere else than without the other. So where a token is right both if it is cut off
there and if it is not, or neither way, it is known. Where that matters, the tokenizer is asked.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.covers.byte_trie import ByteTrie
from core.tokenizers.canonical import Kind
from core.tokenizers.files import TOKENIZER, parts, read_tokenizer_json
from core.tokenizers.tokenizer import Tokenizer

UNKNOWN, VALID, INVALID = 0, 1, 2
_NEAR = 1e-6
"""Between two scores."""


_APOSTROPHES = frozenset("'\u2019\u02bc\u2018")


class Foresight(ABC):
    """For one tokenizer. `known` are the places in the trie that something may be told of."""

    def __init__(self, trie: ByteTrie, *, ascii: bool) -> None:
        self._ascii = ascii
        self.known: NDArray[np.bool_] = np.array([self._is_plain(piece) for piece in trie.pieces], bool)
        self.first: NDArray[np.uint8] = np.array([_letter(piece) for piece in trie.pieces], np.uint8)
        """The first byte of tokens that begin with an ASCII letter, 0 for others."""

    def is_word(self, data: bytes) -> bool:
        """Whether a tail is a word, or the beginning of one."""
        text = self._text(data.removeprefix(b" "))
        return text is not None and text.isalpha()

    def _is_plain(self, piece: bytes) -> bool:
        text = self._text(piece)
        if text is None or not _APOSTROPHES.isdisjoint(text):
            return False
        return not unicodedata.category(text[0]).startswith("M")

    def _text(self, data: bytes) -> str | None:
        """As text; None for half characters, and for what might be normalised."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        return text if text.isascii() or not self._ascii else None

    def alone(self, places: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        """The same if there is a cut between the two; None: the tokenizer is to be asked."""
        return None

    @abstractmethod
    def goes_on(self, data: bytes, ids: tuple[int, ...], places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """`VALID` or `INVALID` for each place if nothing is cut between the tail and the token there.

        `UNKNOWN` where it cannot be told. `data` and `ids` are the tail: a word, as it is written.
        """


class MergeForesight(Foresight):
    """BPE. Two neighbours stay apart unless a merge across them comes before those that make up either.

    The right edge of the first token and the left edge of the second grow merge by merge; each piece at an
    edge lives from the merge that made it to the merge that it goes into. A merge of two pieces that live at
    the same time takes place if its rank is before the end of both (of two alike the left one is first). That
    all neighbours stay apart is enough (2506.14123).
    """

    def __init__(self, trie: ByteTrie, tokenizer: Tokenizer, merges: list[Any]) -> None:
        super().__init__(trie, ascii=_may_change_letters(tokenizer.rules.get("normalizer")))
        entries = tokenizer.vocabulary.entries
        ids = {token.content: token.id for token in entries if token is not None}
        size = len(entries)
        self._rank = np.full(size, -1, dtype=np.int64)
        self._parts = np.full((size, 2), -1, dtype=np.int64)
        pairs: dict[int, list[tuple[int, int]]] = {}
        made = np.zeros(size, dtype=np.int64)
        for rank, merge in enumerate(merges):
            left, right = merge.split(" ", 1) if isinstance(merge, str) else merge
            one, two, both = ids.get(left), ids.get(right), ids.get(left + right)
            if one is None or two is None or both is None:
                continue
            made[both] += 1
            self._rank[both], self._parts[both] = rank, (one, two)
            pairs.setdefault(one, []).append((two, rank))
        self._pairs = {
            id: (np.array([two for two, _ in found]), np.array([rank for _, rank in found]))
            for id, found in pairs.items()
        }
        self._never = len(merges)
        parts = np.where(self._parts >= 0, self._rank[self._parts], -1)
        self._proper = (made <= 1) & (parts < np.maximum(self._rank, 0)[:, None]).all(1) | (made == 0)
        self._scratch = np.full(size, self._never, dtype=np.int64)
        self._edges(trie)

    def _edges(self, trie: ByteTrie) -> None:
        """The pieces at the left edge of each token, from the whole to its first letter, and their ends."""
        at = trie.ids
        pieces, ends, proper = [], [], self._proper[at]
        end = np.full(len(at), self._never, dtype=np.int64)
        while True:
            pieces.append(at)
            ends.append(end)
            proper = proper & self._proper[at]
            first = self._parts[at, 0]
            if (first < 0).all():
                break
            end = np.where(first >= 0, self._rank[at], -1)
            at = np.where(first >= 0, first, at)
        self._left, self._left_ends = np.stack(pieces, 1), np.stack(ends, 1)
        self._left_proper = proper

    def goes_on(self, data: bytes, ids: tuple[int, ...], places: NDArray[np.int64]) -> NDArray[np.uint8]:
        pieces, ends = self._left[places], self._left_ends[places]
        apart = np.ones(len(places), dtype=bool)
        at, end = ids[-1], self._never
        while True:
            if not self._proper[at]:
                return np.full(len(places), UNKNOWN, dtype=np.uint8)
            if at in self._pairs:
                seconds, ranks = self._pairs[at]
                self._scratch[seconds] = ranks
                rank = self._scratch[pieces]
                self._scratch[seconds] = self._never
                apart &= ~((rank < end) & (rank <= ends) & (rank < self._never)).any(1)
            if self._parts[at, 1] < 0:
                break
            at, end = int(self._parts[at, 1]), int(self._rank[at])
        found = np.where(apart, VALID, INVALID).astype(np.uint8)
        found[~self._left_proper[places]] = UNKNOWN
        return found


class ScoreForesight(Foresight):
    """Unigram. A token stays by itself if no way to cut tail and token across their border scores higher."""

    def __init__(self, trie: ByteTrie, tokenizer: Tokenizer) -> None:
        super().__init__(trie, ascii=False)
        entries = tokenizer.vocabulary.entries
        self._trie = trie
        self._scores = np.full(len(trie), -np.inf)
        for place, id in enumerate(trie.ids.tolist()):
            token = entries[id]
            if token is not None and token.kind is Kind.TEXT and token.score is not None:
                self._scores[place] = token.score
        scored = np.isfinite(self._scores)
        self._of = {
            trie.pieces[place]: float(self._scores[place]) for place in np.flatnonzero(scored).tolist()
        }
        self.known &= scored & np.array([self._is_spelt(piece) for piece in trie.pieces], bool)
        self._nodes: dict[bytes, tuple[int, int]] = {}
        self._rests: dict[bytes, float] = {b"": 0.0}
        width = int(trie.lengths.max(initial=1)) + 1
        self._best = np.full((len(trie), width), -np.inf)
        """(n, bytes) the best score of what remains of a token behind so many of its bytes."""
        self._split = np.full(len(trie), -np.inf)
        """(n,) of a token in two or more pieces."""
        for place in np.flatnonzero(self.known).tolist():
            piece = trie.pieces[place]
            for at in range(1, len(piece) + 1):
                self._best[place, at] = self._rest(piece[at:])
            self._split[place] = max(
                (self._of.get(piece[:at], -np.inf) + self._best[place, at] for at in range(1, len(piece))),
                default=-np.inf,
            )

    def _is_spelt(self, data: bytes) -> bool:
        """Whether these are letters of which each is a piece: nothing of it is ever unknown."""
        text = self._text(data)
        return text is not None and text.isalpha() and all(letter.encode() in self._of for letter in text)

    def _rest(self, data: bytes) -> float:
        if data not in self._rests:
            self._rests[data] = max(
                self._of.get(data[:at], -np.inf) + self._rest(data[at:]) for at in range(1, len(data) + 1)
            )
        return self._rests[data]

    def alone(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        return _sign(self._scores[places] - self._split[places])

    def goes_on(self, data: bytes, ids: tuple[int, ...], places: NDArray[np.int64]) -> NDArray[np.uint8]:
        unknown = np.full(len(places), UNKNOWN, dtype=np.uint8)
        if not self._is_spelt(data.removeprefix(b" ")):
            return unknown
        before = [0.0]
        for end in range(1, len(data) + 1):
            before.append(max(before[at] + self._of.get(data[at:end], -np.inf) for at in range(end)))
        own = sum(float(self._scores[self._trie.place[id]]) for id in ids)
        if not abs(own - before[-1]) < _NEAR:
            return unknown
        across = np.full(len(self._trie), -np.inf)
        for at in range(len(data)):
            if before[at] > -np.inf:
                self._cross(data[at:], before[at], across)
        stays = _sign(before[-1] + self._scores[places] - across[places])
        alone = self.alone(places)
        either = (stays == INVALID) | (alone == INVALID)
        return np.where(either, INVALID, np.minimum(stays, alone)).astype(np.uint8)

    def _cross(self, begun: bytes, score: float, across: NDArray[np.float64]) -> None:
        """Put in the scores of tokens that begin with the end of the tail and go on."""
        hi, longer = len(self._trie), 0
        for depth, byte in enumerate(begun):
            _, hi, longer = self._trie.child(longer, hi, depth, byte)
            if longer == hi:
                return
        for place in range(longer, hi):
            more = self._trie.pieces[place][len(begun) :]
            first, last = self._node(more)
            if first < last and self._scores[place] > -np.inf:
                found = score + self._scores[place] + self._best[first:last, len(more)]
                np.maximum(across[first:last], found, out=across[first:last])

    def _node(self, prefix: bytes) -> tuple[int, int]:
        """The places of the tokens that begin so."""
        if prefix not in self._nodes:
            behind = prefix[:-1] + bytes([prefix[-1] + 1])  # a letter's last byte is never 0xFF
            self._nodes[prefix] = (
                bisect_left(self._trie.pieces, prefix),
                bisect_left(self._trie.pieces, behind),
            )
        return self._nodes[prefix]


def _sign(gaps: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Whether one score is above another; where they are near, the library's rounding decides."""
    return np.where(gaps > _NEAR, VALID, np.where(gaps < -_NEAR, INVALID, UNKNOWN)).astype(np.uint8)


def _may_change_letters(normalizer: object) -> bool:
    """Whether it does more than to write spaces in another way."""
    return any(
        part.get("type") not in ("Replace", "Prepend")
        or part.get("pattern", {"String": " "}) != {"String": " "}
        for part in parts(normalizer)
    )


def _letter(piece: bytes) -> int:
    return piece[0] if piece[:1].isalpha() else 0


def foresight(tokenizer: Tokenizer, trie: ByteTrie, *, puts_space: bool) -> Foresight | None:
    """What can be worked out of a tokenizer; None where it must be asked about everything."""
    if tokenizer.format != TOKENIZER:
        return None
    if tokenizer.vocabulary.model == "Unigram":
        return ScoreForesight(trie, tokenizer)
    if puts_space:
        return None
    merges: list[Any] = []
    try:
        model = read_tokenizer_json(tokenizer.path, merges_into=merges)["model"]
    except UserError:  # the file went since it was opened
        return None
    marks = ("continuing_subword_prefix", "end_of_word_suffix", "ignore_merges")
    if model.get("type", "BPE") != "BPE" or not merges or any(model.get(mark) for mark in marks):
        return None
    return MergeForesight(trie, tokenizer, merges)
