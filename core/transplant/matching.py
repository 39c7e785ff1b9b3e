"""Which base token each target token is: the first hit of several passes, over tokens in canonical form.

1. Special tokens by their role (a base without the role lends the nearest one it has), then by their name.
2. Exact: the same bytes, whatever alphabet each vocabulary stores them in. A word's beginning in WordPiece,
   whose space is implied, is the token with the space; where there is none, the one without it (a copy of
   lower confidence, never an anchor).
3. Byte: a byte-fallback token and the text token of that one byte.
4. Relaxed, where asked for: the same but for the leading space, or for capitals and Unicode form (NFKC and
   case folding). A copy, never an anchor.

A target that begins with all of the base's tokens expands the base: those keep their ids and rows whatever
they are, and only what stands behind them is matched.

What is left is for a method, except special and unused tokens: their donor's rows say nothing about text.
Where a vocabulary has the same form twice, the text token with the lowest id stands for it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.canonical import Boundary, Kind, Token
from core.tokenizers.vocabulary import Vocabulary


class Source(StrEnum):
    """Where a row of the written matrices comes from. Each has exactly one."""

    EXACT = "exact"
    SPECIAL = "special"
    BYTE = "byte"
    RELAXED = "relaxed"
    METHOD = "method"
    FALLBACK = "fallback"
    """The mean: of the base's special tokens for a special one, of all for what a method could not make."""
    PADDING = "padding"
    """No token has this id."""


COPIED = frozenset({Source.EXACT, Source.SPECIAL, Source.BYTE, Source.RELAXED})

_ROLES = ("eos", "bos", "pad", "unk", "cls", "sep", "mask")
"""A token with several roles is matched by the first of these: that it ends a text matters most."""
_NEAREST: Mapping[str, tuple[str, ...]] = {
    "bos": ("cls",),
    "eos": ("sep",),
    "cls": ("bos",),
    "sep": ("eos",),
    "mask": ("pad",),
    "pad": ("unk", "eos"),
    "turn_end": ("eos",),
}
_LAST = ("unk", "pad", "bos")


@dataclass(frozen=True)
class Matching:
    """`sources` and `base_ids` (size,) int64 are indexed by the target's ids; -1 where nothing is copied.

    `anchors` (n, 2) int64 are pairs of a base and a target id, by the target's ids ascending: exact matches
    of text, no id twice. `lonely` are the target's special tokens without a counterpart. `same`: the two
    vocabularies are one, so every row stays what it is. `expands`: the target begins with all of the base's
    tokens, which keep their ids and rows, and has others behind them.
    """

    sources: list[Source]
    base_ids: NDArray[np.int64]
    anchors: NDArray[np.int64]
    lonely: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    same: bool = False
    expands: bool = False

    @property
    def targets(self) -> NDArray[np.int64]:
        """(m,) the target's ids that a method is to make, ascending."""
        return np.array(
            [i for i, source in enumerate(self.sources) if source is Source.METHOD], dtype=np.int64
        )

    def count(self, *sources: Source) -> int:
        return sum(source in sources for source in self.sources)


def match(
    base: Vocabulary,
    target: Vocabulary,
    base_rows: int | None = None,
    *,
    without_space: bool = False,
    without_case: bool = False,
) -> Matching:
    """Match every id of `target` with a token of `base`.

    Args:
        base_rows: rows of the base's embedding; its tokens beyond them have none to copy.
        without_space, without_case: relaxed matches.
    """
    rows = base_rows or base.size
    if base.entries == target.entries:
        return _identity(target, rows)
    relaxed = _Relaxed(without_space, without_case)
    return _Matcher(base, target, rows, relaxed, expands=expands(base, target)).run()


def _identity(vocabulary: Vocabulary, rows: int) -> Matching:
    sources = [_own(token, id, rows) for id, token in enumerate(vocabulary.entries)]
    ids = np.arange(len(sources), dtype=np.int64)
    return Matching(sources, np.where(ids < rows, ids, -1), np.empty((0, 2), dtype=np.int64), same=True)


def _own(token: Token | None, id: int, rows: int) -> Source:
    """What a token's own row counts as."""
    if id >= rows:
        return Source.FALLBACK
    if token is None:
        return Source.PADDING
    return {Kind.SPECIAL: Source.SPECIAL, Kind.BYTE: Source.BYTE}.get(token.kind, Source.EXACT)


def expands(base: Vocabulary, target: Vocabulary) -> bool:
    """Whether every token of the base is the same in the target, by number, and the target has more."""
    if target.count <= base.count or target.size < base.size:
        return False
    pairs = zip(base.entries, target.entries, strict=False)
    return all(one is None or (other is not None and one[:5] == other[:5]) for one, other in pairs)


@dataclass(frozen=True)
class _Relaxed:
    """Which relaxed matches are asked for."""

    space: bool
    case: bool

    def forms(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        """Whether case is folded, and the bytes to look for; the nearest first."""
        other = data[1:] if data.startswith(b" ") else b" " + data
        if self.space and other.strip():
            yield False, other
        if self.case:
            yield True, folded(data)
            if self.space and other.strip():
                yield True, folded(other)


def folded(data: bytes) -> bytes:
    """Without capitals, in the form NFKC; half characters as they are."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).encode()


class _Matcher:
    def __init__(
        self, base: Vocabulary, target: Vocabulary, base_rows: int, relaxed: _Relaxed, expands: bool
    ) -> None:
        self._base, self._target, self._rows = base, target, base_rows
        self._relaxed, self._expands = relaxed, expands
        self._tokens = [token for token in base if token.id < base_rows]
        self._text: dict[bytes, Token] = {}
        self._bare: dict[bytes, Token] = {}
        self._byte: dict[bytes, Token] = {}
        self._named: dict[tuple[Kind, str], Token] = {}
        for token in self._tokens:
            if token.kind is Kind.TEXT:
                self._text.setdefault(spaced(token), token)
                if token.boundary is Boundary.IMPLIED:
                    self._bare.setdefault(token.bytes, token)
            elif token.kind is Kind.BYTE:
                self._byte.setdefault(token.bytes, token)
            else:
                self._named.setdefault((token.kind, token.content), token)
        self._folded: dict[bytes, Token] = {}
        if relaxed.case:
            for data, token in self._text.items():
                self._folded.setdefault(folded(data), token)
        self._warnings: list[str] = []

    def run(self) -> Matching:
        size = self._target.size
        sources = [Source.PADDING] * size
        base_ids = np.full(size, -1, dtype=np.int64)
        anchors: list[tuple[int, int]] = []
        taken: set[int] = set()
        by_role = self._by_role()
        lonely = []
        for token in self._target:
            if self._expands and token.id < self._base.size and (own := self._base.entries[token.id]):
                source = _own(own, token.id, self._rows)
                found, sure = (own if token.id < self._rows else None), own.kind is Kind.TEXT
            else:
                found, source, sure = self._find(token, by_role)
            sources[token.id] = source
            if source is Source.FALLBACK and token.kind is Kind.SPECIAL:
                lonely.append(token.id)
            if found is None:
                continue
            base_ids[token.id] = found.id
            if source is Source.EXACT and sure and _says_something(token) and found.id not in taken:
                taken.add(found.id)
                anchors.append((found.id, token.id))
        pairs = np.array(anchors, dtype=np.int64).reshape(-1, 2)
        return Matching(sources, base_ids, pairs, lonely, self._warnings, expands=self._expands)

    def _find(self, token: Token, by_role: Mapping[int, Token]) -> tuple[Token | None, Source, bool]:
        """What `token` is copied from, by which pass, and whether it is the same beyond doubt."""
        if token.id in by_role:
            return by_role[token.id], Source.SPECIAL, True
        if token.kind in (Kind.SPECIAL, Kind.UNUSED):
            found = self._named.get((token.kind, token.content))
            kind = Source.SPECIAL if token.kind is Kind.SPECIAL else Source.EXACT
            return (found, kind, False) if found else (None, Source.FALLBACK, False)
        if token.kind is Kind.TEXT:
            if found := self._text.get(spaced(token)):
                return found, Source.EXACT, True
            if found := self._without_space(token):
                return found, Source.EXACT, False
        if len(token.bytes) == 1:
            found = self._text.get(token.bytes) or self._byte.get(token.bytes)
            if found:
                return found, Source.BYTE, False
        if token.kind is Kind.TEXT:
            for case, form in self._relaxed.forms(spaced(token)):
                if found := (self._folded if case else self._text).get(form):
                    return found, Source.RELAXED, False
        return None, Source.METHOD, False

    def _without_space(self, token: Token) -> Token | None:
        """A word's beginning, whose space is implied, as the same letters without it; or the reverse."""
        if token.boundary is Boundary.IMPLIED:
            return self._text.get(token.bytes)
        return self._bare.get(token.bytes)

    def _by_role(self) -> dict[int, Token]:
        """Target id → base token, for the tokens that a role decides."""
        found: dict[int, Token] = {}
        for role, token in self._roles():
            if token.id not in found and (same := self._in_role(role, token.content)):
                found[token.id] = same
        for role, token in self._roles():
            named = (token.kind, token.content) in self._named
            if token.id in found or named or token.kind is not Kind.SPECIAL:
                continue
            for other in (*_NEAREST.get(role, ()), *(_LAST if role in _ROLES else ())):
                if nearest := self._in_role(other, token.content):
                    found[token.id] = nearest
                    break
        self._note_shared_roles()
        return found

    def _roles(self) -> Iterator[tuple[str, Token]]:
        """Roles with each of the target's tokens that have them, the most telling roles first."""
        roles = self._target.roles
        for role in (*_ROLES, *(role for role in roles if role not in _ROLES)):
            for id in roles.get(role, ()):
                token = self._target.entries[id] if id < self._target.size else None
                if token is not None:
                    yield role, token

    def _in_role(self, role: str, content: str) -> Token | None:
        """The base's token in a role; of several, the one of the same name, else the first."""
        ids = [id for id in self._base.roles.get(role, ()) if id < min(self._rows, self._base.size)]
        tokens = [token for token in (self._base.entries[id] for id in ids) if token is not None]
        return next((token for token in tokens if token.content == content), next(iter(tokens), None))

    def _note_shared_roles(self) -> None:
        for one, other, name in (
            (self._base, self._target, "base"),
            (self._target, self._base, "target tokenizer"),
        ):
            pad, eos = one.role("pad"), one.role("eos")
            if pad is not None and pad == eos and other.role("pad") not in (None, other.role("eos")):
                self._warnings.append(
                    f"The {name} has one token for the end of a text and for padding, the other two: "
                    "what ends a text is copied."
                )


def spaced(token: Token) -> bytes:
    """A token's bytes, with the space that its word's beginning implies."""
    return b" " + token.bytes if token.boundary is Boundary.IMPLIED else token.bytes


def _says_something(token: Token) -> bool:
    """Not a lone byte of a longer character."""
    return len(token.bytes) > 1 or token.bytes < b"\x80"
