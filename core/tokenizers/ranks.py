"""`RankTokenizer`: byte-level BPE by ranks, as `tiktoken` does it, whichever file has the ranks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property

from core.errors import UserError
from core.tokenizers.canonical import CHARACTER_OF, Kind, Token, is_unused
from core.tokenizers.fast import one_after_the_other
from core.tokenizers.fragments import characters_and_bytes
from core.tokenizers.refusing import refusing
from core.tokenizers.tokenizer import Encoding, Tokenizer
from core.tokenizers.vocabulary import Vocabulary

_LONGEST_CUT = 20.0
"""Seconds."""
_TO_ALPHABET = {byte: character for byte, character in CHARACTER_OF.items() if chr(byte) != character}


def rank_token(id: int, data: bytes, rank: int) -> Token:
    """A token of these bytes; its content is spelt in the byte-level alphabet, as in a tokenizer.json."""
    kind = Kind.TEXT if data else Kind.UNUSED
    return Token(id, data.decode("latin-1").translate(_TO_ALPHABET), kind, data, score=float(rank))


def special_token(id: int, name: str) -> Token:
    """A special token that stands beside the ranks."""
    return Token(id, name, Kind.UNUSED if is_unused(name) else Kind.SPECIAL, name.encode())


def missing_bytes(ranks: Mapping[bytes, int]) -> list[int]:
    """The single bytes without a token, at which the library would panic: there should be none."""
    return [byte for byte in range(256) if bytes([byte]) not in ranks]


_WORTH_A_THREAD = 200
"""Characters of a text, on average."""


class RankTokenizer(Tokenizer):
    """A subclass for each format gives `format`, the format's name."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        ranks: dict[bytes, int],
        pattern: str,
        *,
        prefix: tuple[int, ...] = (),
        notes: Sequence[str] = (),
        field: str | None = None,
    ) -> None:
        """
        Args:
            ranks: bytes → id; the ids must be in the order of the ranks, wherever they begin.

        Raises:
            UserError: the library cannot use the pattern.
        """
        super().__init__(vocabulary, notes)
        self._pattern = pattern
        self._prefix = prefix
        self._lengths = [len(token.bytes) if token else 0 for token in vocabulary.entries]
        names = {token.content: token.id for token in vocabulary if token.kind is Kind.SPECIAL}
        with refusing(self.path, "cannot be read by tiktoken", field):
            import tiktoken

            self._library = tiktoken.Encoding(
                vocabulary.path.stem, pat_str=pattern, mergeable_ranks=ranks, special_tokens=names
            )

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self._pattern,)

    @property
    def prefix(self) -> tuple[int, ...]:
        return self._prefix

    def encode(self, text: str, *, specials: bool = False) -> Encoding:
        data = text.encode()  # the library would put U+FFFD in the place of half a surrogate pair
        if specials:
            with refusing(self.path, "cannot encode the text"):
                ids = self._library.encode(text, allowed_special="all", disallowed_special=())
        else:
            ids = self._ordinary(text)
        spans = one_after_the_other([self._lengths[id] for id in ids])
        if data and (not spans or spans[-1][1] != len(data)):
            raise UserError(f"{self.path} cannot encode the text: its pattern leaves parts of it out.")
        return Encoding(ids, spans)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        for text in texts:
            text.encode()
        if sum(map(len, texts)) < _WORTH_A_THREAD * len(texts):  # handing one over takes longer than words do
            return [self._ordinary(text) for text in texts]
        try:
            with refusing(self.path, "cannot encode the text"):
                return self._library.encode_ordinary_batch(list(texts), num_threads=os.cpu_count() or 1)
        except UserError:
            return [self._ordinary(text) for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        with refusing(self.path, "cannot decode these tokens"):
            text = [id for id in ids if id not in self._specials]
            return self._library.decode_bytes(text).decode(errors="replace")

    def pieces(self, data: bytes) -> list[int]:
        ids: list[int] = []
        for part in characters_and_bytes(data):
            if isinstance(part, bytes):
                ids += [self.vocabulary.byte_ids[byte] for byte in part]
            else:
                ids += self._ordinary(part)
        return ids

    # How it is done

    @cached_property
    def _specials(self) -> frozenset[int]:
        return frozenset(token.id for token in self.vocabulary if token.kind is not Kind.TEXT)

    def _ordinary(self, text: str) -> list[int]:
        try:
            with refusing(self.path, "cannot encode the text"):
                return self._library.encode_ordinary(text)
        except UserError:
            return self._cut_by_another(text)

    def _cut_by_another(self, text: str) -> list[int]:
        """Where a million spaces follow each other, the library's own cutter gives up."""
        with refusing(self.path, "cannot encode the text"):
            import regex

            cut = regex.finditer(self._pattern, text, timeout=_LONGEST_CUT)
            return [id for piece in cut for id in self._library._encode_single_piece(piece[0])]
