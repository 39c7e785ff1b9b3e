"""`Tokenizer`: what every tokenizer is, whichever format it was read from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from core.tokenizers.canonical import Kind
from core.tokenizers.vocabulary import Vocabulary


class Encoding(NamedTuple):
    """Token ids and, for each, its span: the bytes [begin, end) of the text's UTF-8 that it stands for.

    The spans follow each other without gap or overlap and cover the text, unless there are no tokens. What a
    tokenizer drops (WordPiece: spaces) belongs to the token after it, or to the last. A span may be empty: a
    space that the tokenizer put before the text, say.
    """

    ids: list[int]
    spans: list[tuple[int, int]]


class Step(NamedTuple):
    """What one step before the cutting made of a text: ``NFC``, ``lower case``, ``pieces`` (by ``|``)."""

    name: str
    text: str


class Tokenizer(ABC):
    """Special tokens are neither read out of the text nor added to it, unless it says so.

    Opening one switches off what the file says of truncation, padding and dropout.
    """

    format: ClassVar[str]
    """The name of its `Format`: ``tokenizer.json``, ``SentencePiece``, ``tiktoken``…"""

    def __init__(self, vocabulary: Vocabulary, notes: Sequence[str] = ()) -> None:
        self.vocabulary = vocabulary
        self.notes = tuple(notes)
        """Sentences: what was assumed since the file does not say it, or switched off."""

    @property
    def path(self) -> Path:
        """The file that it was read from."""
        return self.vocabulary.path

    @property
    def patterns(self) -> tuple[str, ...] | None:
        """The regular expressions that cut a text, one after the other, before any token is looked up.

        As the library has them; a named cutter by its name (``ByteLevel``, ``Metaspace``, ``Bert``…).
        Empty where nothing cuts; None where that is not known.
        """
        return None

    @property
    def rules(self) -> dict[str, Any]:
        """What is done to a text before a token is looked up: plain data of any form, for a fingerprint."""
        return {"patterns": self.patterns}

    @abstractmethod
    def encode(self, text: str, *, specials: bool = False) -> Encoding:
        """Cut a text into tokens.

        Args:
            specials: read the names of special tokens in the text as these tokens.

        Raises:
            UserError: the tokenizer cannot encode this text: it has no token for an unknown word, say.
            UnicodeEncodeError: the text holds half a surrogate pair.
        """

    @abstractmethod
    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of many texts, as `encode` has them, the fastest way that the format's library has.

        Raises:
            UserError, UnicodeEncodeError: as `encode`.
        """

    @abstractmethod
    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids, special tokens left out.

        Raises:
            UserError: the tokenizer cannot decode them.
        """

    @abstractmethod
    def pieces(self, data: bytes) -> list[int]:
        r"""Bytes as the tokenizer would cut them in the middle of a text: what an embedding can be made of.

        A leading space is kept and none is put before; bytes that make up no whole character are looked up
        one by one among the byte tokens. Unknown tokens, and bytes without a token, are left out, so the list
        may be empty. Without a leading space, WordPiece continues a word: ``b"ing"`` becomes ``##ing``.

        Raises:
            UserError: as `encode`.
        """

    @property
    @abstractmethod
    def prefix(self) -> tuple[int, ...]:
        """The special tokens that it puts before a text when it is asked for special tokens, as ids."""

    def steps(self, text: str) -> list[Step]:
        """What happens to a text before it is cut into tokens, step by step; empty where nothing does."""
        return []

    def is_unknown(self, id: int) -> bool:
        """Whether the token stands for what the vocabulary lacks."""
        return id in self.vocabulary.roles.get("unk", ())

    def is_byte(self, id: int) -> bool:
        """Whether the token is one byte of a character that the vocabulary lacks."""
        token = self.vocabulary.entries[id] if id < self.vocabulary.size else None
        return token is not None and token.kind is Kind.BYTE
