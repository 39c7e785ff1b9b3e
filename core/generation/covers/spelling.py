"""`Spelling`: which tokens a tokenizer itself would write next. It is asked, not second-guessed.

What it is asked is kept short and remembered: only the text since the last wall is encoded. A wall stands
before a space after something else, and before a sign of punctuation after a letter, wherever no token of the
vocabulary has these two within.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from core.generation.covers.beside_merges import words_beside_merges
from core.generation.covers.byte_trie import ByteTrie
from core.generation.covers.foresight import INVALID, UNKNOWN, VALID, Foresight, foresight
from core.generation.language.language_model import LanguageModel
from core.tokenizers.tokenizer import Tokenizer

_REMEMBERED = 1 << 26
"""Bytes of answers that are kept."""
_WORTH_WORKING_OUT = 64
"""Tokens to be asked about, from which on it is quicker to work most of them out."""
_PUNCTUATION = frozenset('!"#$%&()*+,-./:;<=>?@[\\]^`{|}~')
"""Without the apostrophe, which patterns look at together with letters, and what may be within words."""
_ANCHOR = "a"
"""Stands before what is encoded as from the middle of a text, where a tokenizer would else put a space."""
_FOLLOWERS = (" ", "a", "1", "(", "\n")
"""One of each class that patterns tell apart when they look at what follows white space."""
_RARER = ("\u0302\u094d\u0301", "\u200d\u200b\u00ad", "اア字ꙮ", "५৫〇Ⅳ", "∎⁂࿘")
"""Marks, format characters, letters, digits and signs that a space before them is seldom joined with."""


class Tail(NamedTuple):
    """The end of what was read, since the last wall."""

    data: bytes
    ids: tuple[int, ...]
    """Its tokens."""
    first: bool
    """Whether nothing stands before it: then a space that the tokenizer puts there is part of it."""


class Spelling:
    """What a tokenizer writes, at least before something.

    Many patterns cut white space by what follows it: of two spaces GPT-2's writes one token at the end of a
    text, two before a digit. So the beginning of what a tokenizer writes need not be what it writes of that
    beginning. So it is with format and control characters, which DeepSeek's joins with letters behind. A
    token that ends in one of these therefore passes also if it would be written before any of a few
    characters, and a lone space that the tokenizer put before a text always does; only a text does not end
    there (`may_end`).

    A token that ends within a character cannot be asked for. It passes as long as it begins a character; the
    tokens that end the character pass if the tokenizer writes all of them.

    Args:
        tokenizer: whoever made this holds it, and what was learnt of it goes with it.
        puts_space: whether the tokenizer puts a space before a text.
    """

    def __init__(self, tokenizer: Tokenizer, trie: ByteTrie, *, puts_space: bool) -> None:
        self._held = ref(tokenizer)
        self._trie = trie
        self._puts_space = puts_space
        self._whole = [text_of(piece) for piece in trie.pieces]
        self._spaced = _range_of(trie, 0x20)
        self._spanned = _spanned(self._whole)
        self._has_walls = not any(before.isalnum() and behind == " " for before, behind in self._spanned)
        self._anchor = len(tokenizer.encode(_ANCHOR).ids) if puts_space else 0
        self._answers: OrderedDict[Tail, NDArray[np.uint8]] = OrderedDict()
        self._ends: OrderedDict[Tail, bool] = OrderedDict()
        self._most = max(64, _REMEMBERED // max(1, len(trie)))
        self.asked = 0
        """How many texts the tokenizer encoded so far."""

    @property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = self._held()
        assert tokenizer is not None
        return tokenizer

    @cached_property
    def beside_merges(self) -> int:
        """Words of which the beginnings may be written in another way than the whole."""
        return words_beside_merges(self._tokenizer)

    @cached_property
    def _foresight(self) -> Foresight | None:
        return foresight(self._tokenizer, self._trie, puts_space=self._puts_space)

    @cached_property
    def _followers(self) -> tuple[str, ...]:
        """Some that a space is joined with, and of each class one that it stands alone before, if any."""
        rarer = (next((one for one in some if not self._begins_token(f" {one}")), "") for some in _RARER)
        return (*_FOLLOWERS, *filter(None, rarer))

    def _begins_token(self, text: str) -> bool:
        data = text.encode()
        place = bisect_left(self._trie.pieces, data)
        return place < len(self._trie) and self._trie.pieces[place].startswith(data)

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
                self.valid(_BEHIND_WALL, first, last, inner), VALID, INVALID
            )
            wanted = wanted.copy()
            wanted[first - lo : last - lo] = False
        asked = np.flatnonzero(wanted & (found == UNKNOWN))
        if len(asked) >= _WORTH_WORKING_OUT:
            self._work_out(tail, lo, asked, found)
            asked = asked[found[asked] == UNKNOWN]
        if len(asked):
            found[asked] = np.where(self._ask(tail, (asked + lo).tolist()), VALID, INVALID)
        passes: NDArray[np.bool_] = found == VALID
        return passes

    def _work_out(self, tail: Tail, lo: int, asked: NDArray[np.int64], found: NDArray[np.uint8]) -> None:
        """Put in what is known, the tokenizer being asked about few or none."""
        if self._foresight is None or not self._foresight.is_word(tail.data):
            return
        places = (asked + lo)[self._foresight.known[asked + lo]]
        if not len(places):
            return
        joined = self._foresight.goes_on(tail.data, tail.ids, places)
        alone = self._foresight.alone(places)
        if alone is None:
            begin, end = int(places[0]), int(places[-1]) + 1
            wanted = np.zeros(end - begin, dtype=bool)
            wanted[places - begin] = True
            passes = self.valid(_BEHIND_WALL, begin, end, wanted)[places - begin]
            alone = np.where(passes, VALID, INVALID).astype(np.uint8)
        told = np.where(joined == alone, joined, UNKNOWN)
        firsts = np.where((joined == INVALID) & (alone == VALID), self._foresight.first[places], 0)
        for first in np.unique(firsts[firsts > 0]):  # one token tells whether there is a cut before a letter
            group = firsts == first
            told[group] = VALID if self._ask(tail, [int(places[group][0])])[0] else INVALID
        found[places - lo] = told

    def may_end(self, tail: Tail) -> bool:
        """Whether the tail's tokens are those of a whole text, too, and not only of the beginning of one."""
        text = text_of(tail.data)
        if text is None or not _may_be_cut_by_what_follows(text):
            return text is not None
        if tail not in self._ends:
            self._ends[tail] = self._written([text], first=tail.first)[0] == [*tail.ids]
            if len(self._ends) > self._most:
                self._ends.popitem(last=False)
        return self._ends[tail]

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
        """Where in some text the last wall is: the place of what stands behind it; 0 where there is none."""
        text, at = data.decode(errors="surrogateescape"), len(data)
        for place in range(len(text) - 1, 0, -1):
            at -= len(text[place].encode(errors="surrogateescape"))
            if self._is_wall(text[place - 1], text[place]):
                return at
        return 0

    def walls(self, data: bytes) -> list[int]:
        """Those before spaces, from the left."""
        places = [at for at, byte in enumerate(data) if byte == 0x20 and at]
        return [at for at in places if self.ends_before_wall(data[:at])]

    def ends_before_wall(self, data: bytes) -> bool:
        """Whether a space, if it were next, would begin a token, whatever is before and behind."""
        last = data[-4:].decode(errors="surrogateescape")[-1:]
        return bool(last) and self._is_wall(last, " ")

    def _is_wall(self, before: str, behind: str) -> bool:
        if behind == " ":
            ends = not before.isspace() and not "\udc80" <= before <= "\udcff"
        else:
            ends = behind in _PUNCTUATION and before.isalpha()
        return ends and self._has_walls and (before, behind) not in self._spanned

    def encoded(self, texts: Sequence[bytes], *, first: bool) -> list[list[int]]:
        """The tokens of whole characters: a text from its beginning, or what stands behind a wall."""
        return self._written([text.decode() for text in texts], first=first)

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
        bare = self._puts_space and tail.first and not tail.data
        asked: dict[int, str] = {}
        for at, place in enumerate(places):
            piece = self._trie.pieces[place]
            if bare and (piece[0] != 0x20 or len(piece) == 1):
                passes[at] = piece == b" "
                continue
            text = self._whole[place]
            if begun is None or text is None:
                joined = tail.data + piece
                if (text := text_of(joined)) is None:
                    passes[at] = _begins_character(joined)
                    continue
            else:
                text = begun + text
            asked[at] = text
        for at, ids in zip(asked, self._written(list(asked.values()), first=tail.first), strict=True):
            passes[at] = ids == [*tail.ids, int(self._trie.ids[places[at]])]
        before = {
            at: text for at, text in asked.items() if not passes[at] and _may_be_cut_by_what_follows(text)
        }
        followed = [text + follower for text in before.values() for follower in self._followers]
        written = iter(self._written(followed, first=tail.first))
        for at in before:
            ids = [*tail.ids, int(self._trie.ids[places[at]])]
            passes[at] = any([next(written)[: len(ids)] == ids for _ in self._followers])
        return passes

    def _written(self, texts: Sequence[str], *, first: bool) -> list[list[int]]:
        """The tokens of texts, or of what stands behind a wall."""
        self.asked += len(texts)
        if not texts:
            return []
        if not self._puts_space:
            return self._tokenizer.ids(texts)
        if first:
            return self._tokenizer.ids([text[1:] for text in texts])
        return [ids[self._anchor :] for ids in self._tokenizer.ids([_ANCHOR + text for text in texts])]


_BEHIND_WALL = Tail(b"", (), False)
_KEPT: WeakKeyDictionary[Tokenizer, tuple[int, ByteTrie, Spelling]] = WeakKeyDictionary()
"""With the size of the model's vocabulary, for as long as the tokenizer is held."""


def spelling_of(language: LanguageModel) -> tuple[ByteTrie, Spelling]:
    """A model's trie and spelling: the same ones, with all answers, while its tokenizer is in memory."""
    kept = _KEPT.get(language.tokenizer)
    if kept is None or kept[0] != language.vocab_size:
        trie = ByteTrie(language.pieces)
        spelling = Spelling(language.tokenizer, trie, puts_space=language.puts_space)
        kept = _KEPT[language.tokenizer] = (language.vocab_size, trie, spelling)
    return kept[1:]


def _spanned(texts: Sequence[str | None]) -> set[tuple[str, str]]:
    """Two characters of which the second might stand behind a wall, but some token has both."""
    found = set()
    for text in texts:
        if text is not None and len(text) > 1 and not text.isalpha():
            for before, behind in pairwise(text):
                if (behind == " " and not before.isspace()) or (behind in _PUNCTUATION and before.isalpha()):
                    found.add((before, behind))
    return found


def _range_of(trie: ByteTrie, byte: int) -> tuple[int, int]:
    first, last, _ = trie.child(0, len(trie), 0, byte)
    return first, last


def _may_be_cut_by_what_follows(text: str) -> bool:
    """Whether it ends in white space, or in what is no letter, mark, digit or sign."""
    last = text[-1:]
    return bool(last) and (last.isspace() or unicodedata.category(last).startswith("C"))


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
