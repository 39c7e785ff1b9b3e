"""The canonical form of a token: its kind, its bytes and whether a word boundary is implied.

Two tokens of different tokenizers that mean the same thing have the same canonical form, whatever alphabet
each of them is stored in.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Any, NamedTuple

from core.tokenizers.files import parts


class Kind(StrEnum):
    TEXT = "text"
    BYTE = "byte"
    """One byte, as the fallback for a character that the vocabulary lacks: ``<0x0A>``."""
    SPECIAL = "special"
    UNUSED = "unused"


class Boundary(StrEnum):
    NONE = "none"
    IMPLIED = "implied"
    """WordPiece: the token begins a word, and the space before it is not stored."""


class Family(StrEnum):
    BYTE_LEVEL = "byte-level"
    SENTENCEPIECE = "sentencepiece"
    WORDPIECE = "wordpiece"
    OTHER = "other"


class Token(NamedTuple):
    """One entry of a vocabulary.

    `content` as the file spells it; `bytes` are the UTF-8 bytes that the token adds in the middle of a text,
    a leading space included. Special and unused tokens add none; theirs are those of their name. `score` is
    a log-probability (Unigram), or the rank of the merge or of the token (BPE, tiktoken); None where unknown.
    """

    id: int
    content: str
    kind: Kind
    bytes: bytes
    boundary: Boundary = Boundary.NONE
    score: float | None = None


SPACE_MARK = "▁"
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
BYTE_OF = {chr(byte): byte for byte in _PRINTABLE} | {chr(0x100 + i): b for i, b in enumerate(_OTHERS)}
"""Character of the byte-level alphabet → byte: 188 stand for themselves, 68 are U+0100 and on, in order."""
CHARACTER_OF = {byte: character for character, byte in BYTE_OF.items()}

_TO_LATIN_1 = dict.fromkeys(_OTHERS, "\uffff") | {ord(c): chr(byte) for c, byte in BYTE_OF.items()}
"""The alphabet's characters as those of Latin-1, which one native call turns into bytes; others cannot be."""

_BYTE_PIECE = re.compile(r"<0x([0-9A-F]{2})>")
_UNUSED = re.compile(
    r"<unused\d+>|\[unused\d+\]|<\|reserved_special_token_\d+\|>|unused_token_\d+|<reserved_\d+>"
)
_UNUSED_ENDS = frozenset(">]0123456789")
"""How they all end: asked first, since nearly no token does."""
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_ASCII_MARKS = ((33, 47), (58, 64), (91, 96), (123, 126))


def family_of(data: dict[str, Any]) -> Family:
    """Which alphabet a tokenizer.json stores its tokens in; read from its parts, not from any class name."""
    decoders = list(parts(data.get("decoder")))
    kinds = {decoder.get("type") for decoder in decoders}
    before = {part.get("type") for part in parts(data.get("pre_tokenizer"))}
    model = data["model"].get("type")
    if "ByteLevel" in kinds | before:
        return Family.BYTE_LEVEL
    replaces_mark = any(
        decoder.get("type") == "Replace" and decoder.get("pattern") == {"String": SPACE_MARK}
        for decoder in decoders
    )
    if "Metaspace" in kinds | before or replaces_mark or model == "Unigram":
        return Family.SENTENCEPIECE
    if "WordPiece" in kinds or model == "WordPiece":
        return Family.WORDPIECE
    return Family.OTHER


class Reader:
    """Gives the tokens of one tokenizer.json their canonical form."""

    def __init__(self, data: dict[str, Any]) -> None:
        model = data["model"]
        decoders = list(parts(data.get("decoder")))
        self.family = family_of(data)
        self._has_byte_pieces = model.get("byte_fallback") is True or any(
            decoder.get("type") == "ByteFallback" for decoder in decoders
        )
        self._unknown = model.get("unk_token")
        self._prefix = _text_of(model, "continuing_subword_prefix", "##")
        self._suffix = next(
            (
                _text_of(decoder, "suffix", "</w>")
                for decoder in decoders
                if decoder.get("type") == "BPEDecoder"
            ),
            "",
        )
        self.literal: list[str] = []
        """Tokens of a byte-level vocabulary outside the byte-level alphabet, taken as they are spelt."""

    def of_model(self, id: int, content: str) -> Token:
        """An entry of the model's own vocabulary."""
        if is_unused(content):
            return Token(id, content, Kind.UNUSED, _utf8(content))
        if content == self._unknown:
            return Token(id, content, Kind.SPECIAL, _utf8(content))
        if self.family is Family.BYTE_LEVEL:
            return Token(id, content, Kind.TEXT, self._from_alphabet(content))
        if self.family is Family.SENTENCEPIECE:
            return self._piece(id, content)
        if self.family is Family.WORDPIECE:
            return self._word_piece(id, content)
        return self._other(id, content)

    def of_added(self, id: int, content: str, *, special: bool, of_model: bool) -> Token:
        """An entry of ``added_tokens``: literal text, unless the model has the very same token."""
        if is_unused(content):
            return Token(id, content, Kind.UNUSED, _utf8(content))
        if special:
            return Token(id, content, Kind.SPECIAL, _utf8(content))
        return self.of_model(id, content) if of_model else Token(id, content, Kind.TEXT, _utf8(content))

    def _from_alphabet(self, content: str) -> bytes:
        try:
            return content.translate(_TO_LATIN_1).encode("latin-1")
        except UnicodeEncodeError:
            self.literal.append(content)
            return _utf8(content)

    def _piece(self, id: int, content: str) -> Token:
        if byte := self._byte_piece(content):
            return Token(id, content, Kind.BYTE, byte)
        return Token(id, content, Kind.TEXT, _utf8(content.replace(SPACE_MARK, " ")))

    def _word_piece(self, id: int, content: str) -> Token:
        if self._prefix and content.startswith(self._prefix) and content != self._prefix:
            return Token(id, content, Kind.TEXT, _utf8(content.removeprefix(self._prefix)))
        alone = len(content) == 1 and stands_alone(content)
        return Token(id, content, Kind.TEXT, _utf8(content), Boundary.NONE if alone else Boundary.IMPLIED)

    def _other(self, id: int, content: str) -> Token:
        if byte := self._byte_piece(content):
            return Token(id, content, Kind.BYTE, byte)
        if self._suffix and content.endswith(self._suffix):
            return Token(id, content, Kind.TEXT, _utf8(content.removesuffix(self._suffix) + " "))
        return Token(id, content, Kind.TEXT, _utf8(content))

    def _byte_piece(self, content: str) -> bytes | None:
        if not self._has_byte_pieces or not content.startswith("<0x"):
            return None
        match = _BYTE_PIECE.fullmatch(content)
        return bytes([int(match[1], 16)]) if match else None


def stands_alone(character: str) -> bool:
    """Whether BERT's basic splitter makes a word of this character by itself: punctuation, or CJK."""
    code = ord(character)
    if any(first <= code <= last for first, last in (*_ASCII_MARKS, *_CJK)):
        return True
    return unicodedata.category(character).startswith("P")


def is_unused(content: str) -> bool:
    """Whether a token's name says that it is kept for later: ``<unused7>``."""
    return content[-1:] in _UNUSED_ENDS and _UNUSED.fullmatch(content) is not None


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


def _text_of(part: dict[str, Any], key: str, default: str) -> str:
    value = part.get(key, default)
    return value if isinstance(value, str) else ""
