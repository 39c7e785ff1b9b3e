"""`Spelling`: which tokens a tokenizer itself would write next. Never reasoned out: the tokenizer is asked.

What it is asked is kept short and remembered: only the text since the last wall is encoded, a wall being a
space after something else than space, where no token of the vocabulary has a space within.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.generation.covers.byte_trie import ByteTrie
from core.tokenizers.tokenizer import Tokenizer

_UNKNOWN, _VALID, _INVALID = 0, 1, 2
_REMEMBERED = 1 << 27
"""Bytes of answers that are kept."""
_ANCHOR = "a"
"""Stands before what is encoded as from the middle of a text, where a tokenizer would else put a space."""


class Tail(NamedTuple):
    """The end of what was read, since the last wall."""

    data: bytes
    ids: tuple[int, ...]
    """Its tokens."""
    first: bool
    """Whether nothing stands before it: then a space that the tokenizer puts there is part of it."""


class Spelling:
    """What a tokenizer writes.

    A token that ends within a character cannot be asked for. It passes as long as it begins a character; the
    tokens that end the character pass if the tokenizer writes all of them.

    Args:
        puts_space: whether the tokenizer puts a space before a text.
    """

    def __init__(self, tokenizer: Tokenizer, trie: ByteTrie, *, puts_space: bool) -> None:
        self._tokenizer = tokenizer
        self._trie = trie
        self._puts_space = puts_space
        self._whole = [text_of(piece) for piece in trie.pieces]
        self._spaced = _range_of(trie, 0x20)
        self._no_walls = _before_spaces(self._whole)
        self._anchor = len(tokenizer.encode(_ANCHOR).ids) if puts_space else 0
        self._answers: OrderedDict[Tail, NDArray[np.uint8]] = OrderedDict()
        self._most = max(64, _REMEMBERED // max(1, len(trie)))
        self.asked = 0
        """How many texts the tokenizer encoded so far."""

    @property
    def start(self) -> Tail:
        return Tail(b"", (), True)

    def valid(self, tail: Tail, lo: int, hi: int, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(hi − lo,) whether the tokenizer would write the tail's tokens and then the token at each place.

        Only of those that are `wanted`; False for the others that were never asked about.
        """
        found = self._known(tail)[lo:hi]
        if self.ends_before_wall(tail.data) and lo < self._spaced[1] and hi > self._spaced[0]:
            first, last = max(lo, self._spaced[0]), min(hi, self._spaced[1])
            inner = wanted[first - lo : last - lo]
            found[first - lo : last - lo] = np.where(
                self.valid(_BEHIND_WALL, first, last, inner), _VALID, _INVALID
            )
            wanted = wanted.copy()
            wanted[first - lo : last - lo] = False
        asked = np.flatnonzero(wanted & (found == _UNKNOWN))
        if len(asked):
            found[asked] = np.where(self._ask(tail, (asked + lo).tolist()), _VALID, _INVALID)
        return found == _VALID

    def after(self, tail: Tail, place: int) -> Tail:
        """The tail when the token at `place` was read, too; cut at its last wall."""
        return self.tail(
            tail.data + self._trie.pieces[place], (*tail.ids, int(self._trie.ids[place])), first=tail.first
        )

    def tail(self, data: bytes, ids: tuple[int, ...], *, first: bool) -> Tail:
        """What stands behind the last wall.

        Args:
            ids: the tokens of `data`.
            first: whether a text begins with them.
        """
        begin = self.last_wall(data)
        at, kept = len(data), len(ids)
        while at > begin:
            kept -= 1
            at -= int(self._trie.lengths[self._trie.place[ids[kept]]])
        if at < begin:  # a token spans it: no wall after all
            return Tail(data, ids, first)
        return Tail(data[begin:], ids[kept:], first and begin == 0)

    def last_wall(self, data: bytes) -> int:
        """Where in some text the last wall is: the place of its space; 0 where there is none."""
        at = len(data)
        while (at := data.rfind(b" ", 0, at)) > 0:
            if self.ends_before_wall(data[:at]):
                return at
        return 0

    def walls(self, data: bytes) -> list[int]:
        """All of them, from the left."""
        places = [at for at, byte in enumerate(data) if byte == 0x20 and at]
        return [at for at in places if self.ends_before_wall(data[:at])]

    def ends_before_wall(self, data: bytes) -> bool:
        """Whether a space, if it were next, would begin a token, whatever is before and behind."""
        characters = data[-4:].decode(errors="replace")
        if not characters or characters[-1] == "\ufffd":
            return False
        return not characters[-1].isspace() and characters[-1] not in self._no_walls

    def encoded(self, texts: Sequence[bytes], *, first: bool) -> list[list[int]]:
        """The tokens of whole characters: a text from its beginning, or what stands behind a wall."""
        if not self._puts_space:
            return self._tokenizer.ids([text.decode() for text in texts])
        if first:
            return self._tokenizer.ids([text[1:].decode() for text in texts])
        return [
            ids[self._anchor :] for ids in self._tokenizer.ids([_ANCHOR + text.decode() for text in texts])
        ]

    def _known(self, tail: Tail) -> NDArray[np.uint8]:
        found = self._answers.get(tail)
        if found is None:
            found = self._answers[tail] = np.zeros(len(self._trie), dtype=np.uint8)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(tail)
        return found

    def _ask(self, tail: Tail, places: list[int]) -> list[bool]:
        """Whether each passes."""
        passes = [False] * len(places)
        begun = text_of(tail.data)
        asked, texts = [], []
        for at, place in enumerate(places):
            piece = self._trie.pieces[place]
            if self._puts_space and tail.first and not tail.data and piece[0] != 0x20:
                continue
            text = self._whole[place]
            if begun is None or text is None:
                joined = tail.data + piece
                if (text := text_of(joined)) is None:
                    passes[at] = _begins_character(joined)
                    continue
            else:
                text = begun + text
            asked.append(at)
            texts.append(text)
        if not texts:
            return passes
        self.asked += len(texts)
        before, skipped = tail.ids, 0
        if self._puts_space and tail.first:
            texts = [text[1:] for text in texts]
        elif self._puts_space:
            texts, skipped = [_ANCHOR + text for text in texts], self._anchor
        for at, ids in zip(asked, self._tokenizer.ids(texts), strict=True):
            passes[at] = ids[skipped:] == [*before, int(self._trie.ids[places[at]])]
        return passes


_BEHIND_WALL = Tail(b"", (), False)


class _All(frozenset[str]):
    """Every character."""

    def __contains__(self, character: object) -> bool:
        return True


def _before_spaces(texts: Sequence[str | None]) -> frozenset[str]:
    """The characters that some token has before a space, within; all, where tokens hold several words."""
    found = set()
    for text in texts:
        at = 0
        while text is not None and (at := text.find(" ", at + 1)) > 0:
            if not text[at - 1].isspace():
                found.add(text[at - 1])
    return _All() if any(character.isalnum() for character in found) else frozenset(found)


def _range_of(trie: ByteTrie, byte: int) -> tuple[int, int]:
    first, last, _ = trie.child(0, len(trie), 0, byte)
    return first, last


def text_of(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def is_text(data: bytes) -> bool:
    """Whether bytes are whole characters."""
    return text_of(data) is not None


def _begins_character(data: bytes) -> bool:
    """Whether only the end of the last character is missing."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end == len(data)
    return True
