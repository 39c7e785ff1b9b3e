"""SentencePiece's .model: a protocol buffer of pieces with scores, and what is done to a text before."""

from __future__ import annotations

import hashlib
import os
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from core.errors import UserError
from core.json_files import read_bytes
from core.tokenizers.canonical import SPACE_MARK, Family, Kind, Token, is_unused
from core.tokenizers.config import flag, folder_of, read_config
from core.tokenizers.fast import one_after_the_other
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.fragments import characters_and_bytes
from core.tokenizers.protobuf import fields, message
from core.tokenizers.refusing import refusing
from core.tokenizers.roles import special_roles
from core.tokenizers.tokenizer import Encoding, Step, Tokenizer
from core.tokenizers.vocabulary import Vocabulary

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
"""Types of a piece; GGUF numbers its tokens in the same way."""
MOST_PIECES = 4_000_000
MOST_BYTES_A_PIECE = 64 * 1024

_MOST_BYTES = 128 * 2**20
_MODELS = {1: "Unigram", 2: "BPE", 3: "WordLevel", 4: "Character"}
_BYTE_PIECE = re.compile(r"<0x([0-9A-F]{2})>")
_UNDRESSED = message((3, message((3, False), (4, False))))
"""Appended to a model, it overrides in its normalizer: no space before a text, and none taken away."""


class Piece(NamedTuple):
    content: str
    score: float
    type: int


@dataclass(frozen=True)
class Model:
    """What a .model says, as far as it matters here."""

    pieces: list[Piece]
    kind: str = "Unigram"
    """``Unigram``, ``BPE``, ``WordLevel`` or ``Character``."""
    normalizer: str = ""
    """Its name: ``identity``, ``nmt_nfkc``…"""
    roles: Mapping[str, str] = field(default_factory=dict)
    """bos, eos, pad → the piece's content."""


def read_model(data: bytes) -> Model:
    """Take a .model apart, its bounds checked.

    Raises:
        ValueError: what is wrong with it, as the end of a sentence.
    """
    pieces: list[Piece] = []
    kind, normalizer = 1, ""
    whole = False
    roles = {"bos": "<s>", "eos": "</s>", "pad": "<pad>"}
    for number, value in fields(data):
        if not isinstance(value, bytes):
            raise ValueError(f"field {number} should hold a message")
        if number == 1:
            pieces.append(_piece(value, len(pieces)))
            if len(pieces) > MOST_PIECES:
                raise ValueError(f"it has more than {MOST_PIECES:,} pieces")
        elif number == 2:
            for key, setting in fields(value):
                if key == 3 and isinstance(setting, int):
                    kind = setting
                elif key in _ROLES and isinstance(setting, bytes):
                    roles[_ROLES[key]] = setting.decode(errors="replace")
        elif number == 3:
            whole = True
            for key, setting in fields(value):
                if key == 1 and isinstance(setting, bytes):
                    normalizer = setting.decode(errors="replace")
    if pieces and not whole:
        raise ValueError("it ends before it says how a text is normalised")
    if kind not in _MODELS:
        raise ValueError(f"it is of an unknown kind ({kind})")
    check_pieces(pieces)
    return Model(pieces, _MODELS[kind], normalizer, roles)


_ROLES = {46: "bos", 47: "eos", 48: "pad"}


def _piece(data: bytes, id: int) -> Piece:
    content, score, type = b"", 0.0, NORMAL
    plain = _PLAIN_PIECE.fullmatch(data)
    if plain is not None and plain[1][0] == len(plain[2]):  # nearly all are of this form
        (score,) = _SCORE.unpack(plain[3])
        return Piece(_text(plain[2], id), score, plain[4][0] if plain[4] else NORMAL)
    try:
        for number, value in fields(data):
            if number == 1 and isinstance(value, bytes):
                content = value
            elif number == 2 and isinstance(value, bytes) and len(value) == _SCORE.size:
                (score,) = _SCORE.unpack(value)
            elif number == 3 and isinstance(value, int):
                type = value
            elif number <= 3:
                raise ValueError
    except ValueError:
        raise ValueError(f"piece {id} is damaged") from None
    if len(content) > MOST_BYTES_A_PIECE:
        raise ValueError(f"piece {id} has {len(content):,} bytes, and {MOST_BYTES_A_PIECE:,} is the limit")
    return Piece(_text(content, id), score, type)


_PLAIN_PIECE = re.compile(rb"\n([\0-\x7f])(.*)\x15(.{4})(?:\x18([\0-\x7f]))?", re.DOTALL)
"""Text of fewer than 128 bytes, score, and type where it is not a normal one."""
_SCORE = struct.Struct("<f")


def _text(content: bytes, id: int) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueError(f"piece {id} is no UTF-8 text") from None


def check_pieces(pieces: Sequence[Piece]) -> None:
    """Whether the library could work with them: it would say less, or nothing.

    Raises:
        ValueError: what is wrong with them, as the end of a sentence.
    """
    if not pieces:
        raise ValueError("it has no pieces")
    seen: dict[str, int] = {}
    for id, piece in enumerate(pieces):
        if not piece.content:
            raise ValueError(f"piece {id} is empty")
        if seen.setdefault(piece.content, id) != id:
            raise ValueError(f"the pieces {seen[piece.content]} and {id} are both {piece.content!r}")
        if not NORMAL <= piece.type <= BYTE:
            raise ValueError(f"piece {id} is of an unknown type ({piece.type})")
        if piece.type == BYTE and _BYTE_PIECE.fullmatch(piece.content) is None:
            raise ValueError(f"piece {id} should be a byte, but is {piece.content!r}")
    unknown = sum(piece.type == UNKNOWN for piece in pieces)
    if unknown != 1:
        raise ValueError(f"it should have one piece for what is unknown, but has {unknown}")


def token_of(id: int, piece: Piece) -> Token:
    """A piece in canonical form."""
    content = piece.content
    if piece.type == BYTE and (byte := _BYTE_PIECE.fullmatch(content)):
        return Token(id, content, Kind.BYTE, bytes([int(byte[1], 16)]), score=piece.score)
    if piece.type == UNUSED or is_unused(content):
        return Token(id, content, Kind.UNUSED, content.encode(), score=piece.score)
    if piece.type in (CONTROL, UNKNOWN):
        return Token(id, content, Kind.SPECIAL, content.encode(), score=piece.score)
    return Token(id, content, Kind.TEXT, content.replace(SPACE_MARK, " ").encode(), score=piece.score)


class SentencePieceTokenizer(Tokenizer):
    """What the `sentencepiece` library makes of a serialized model."""

    format: ClassVar[str] = "SentencePiece"

    def __init__(
        self,
        vocabulary: Vocabulary,
        model: bytes,
        *,
        normalizer: str,
        prefix: tuple[int, ...] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """
        Raises:
            UserError: the library does not take the model.
        """
        super().__init__(vocabulary, notes)
        self._model = model
        self._normalizer = normalizer
        self._prefix = prefix
        self._library = self._load(model)
        self._byte = [token is not None and token.kind is Kind.BYTE for token in vocabulary.entries]

    @property
    def patterns(self) -> tuple[str, ...]:
        return ()

    @property
    def rules(self) -> dict[str, Any]:
        spec = b"".join(
            value for number, value in fields(self._model) if number == 3 and isinstance(value, bytes)
        )
        return {"patterns": (), "normalizer": self._normalizer, "sha256": hashlib.sha256(spec).hexdigest()}

    @property
    def prefix(self) -> tuple[int, ...]:
        return self._prefix

    def encode(self, text: str, *, specials: bool = False) -> Encoding:
        if not specials or self._names is None:
            return self._encoded(self._library, text.encode())
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        at = 0
        for number, part in enumerate(self._names.split(text)):
            data = part.encode()
            if number % 2:
                ids.append(self._special_ids[part])
                spans.append((at, at + len(data)))
            else:
                found = self._encoded(self._undressed if at else self._library, data)
                ids += found.ids
                spans += [(at + begin, at + end) for begin, end in found.spans]
            at += len(data)
        return Encoding(ids, _joined(spans, at))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        many = [text.encode() for text in texts]
        with refusing(self.path, "cannot encode the text"):
            found: list[list[int]] = self._library.encode(many, out_type=int, num_threads=os.cpu_count() or 1)
        return found

    def decode(self, ids: Sequence[int]) -> str:
        with refusing(self.path, "cannot decode these tokens"):
            text: str = self._library.decode(list(ids)) if ids else ""
        return text

    def pieces(self, data: bytes) -> list[int]:
        ids: list[int] = []
        for part in characters_and_bytes(data):
            if isinstance(part, bytes):
                ids += [self.vocabulary.byte_ids[byte] for byte in part if byte in self.vocabulary.byte_ids]
            else:
                with refusing(self.path, "cannot encode the text"):
                    ids += self._undressed.encode(part.encode(), out_type=int)
        return [id for id in ids if not self.is_unknown(id)]

    def steps(self, text: str) -> list[Step]:
        with refusing(self.path, "cannot normalise the text"):
            normalised: bytes = self._library.normalize(text.encode())
        after = normalised.decode(errors="replace")
        return [] if after == text else [Step(self._normalizer or "normalizer", after)]

    # How it is done

    def _load(self, model: bytes) -> SentencePieceProcessor:
        from sentencepiece import SentencePieceProcessor

        with refusing(self.path, "cannot be read by SentencePiece"):
            return SentencePieceProcessor(model_proto=model)

    @cached_property
    def _undressed(self) -> SentencePieceProcessor:
        """The same tokenizer, but it puts no space before a text and takes none away."""
        return self._load(self._model + _UNDRESSED)

    @cached_property
    def _special_ids(self) -> dict[str, int]:
        return {token.content: token.id for token in self.vocabulary if token.kind is Kind.SPECIAL}

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        longest_first = sorted(self._special_ids, key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, longest_first))})") if longest_first else None

    def _encoded(self, library: SentencePieceProcessor, data: bytes) -> Encoding:
        with refusing(self.path, "cannot encode the text"):
            found = library.encode(data, return_type="offset_mapping")
        ids: list[int] = found["ids"]
        return Encoding(ids, _spans(found["offsets"], [self._byte[id] for id in ids], len(data)))


def _spans(offsets: Sequence[tuple[int, int]], byte: Sequence[bool], size: int) -> list[tuple[int, int]]:
    """The library's byte offsets, made to follow each other.

    Of a character that it spells in bytes, the library gives the last one all; here each gets one, unless the
    text has another character in its place, which the first one gets.
    """
    lengths: list[int] = []
    at = pending = 0
    for (begin, end), is_byte in zip(offsets, byte, strict=True):
        if is_byte and begin == end:
            pending += 1
            continue
        end = max(end, at)
        if pending:
            spelt = [1] * (pending + 1) if is_byte and end - begin == pending + 1 else None
            share = spelt or [end - begin, *[0] * pending]
            share[0] += begin - at  # what was dropped before
            lengths += share
        else:
            lengths.append(end - at)
        at, pending = end, 0
    lengths += [0] * pending
    if lengths:
        lengths[-1] += size - at
    return one_after_the_other(lengths)


def _joined(spans: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """Spans of parts; what a part without tokens leaves open is the next token's, or the last one's."""
    ends = [end for _, end in spans]
    if ends:
        ends[-1] = size
    return list(zip([0, *ends], ends, strict=False))


@tokenizer_format
class SentencePiece(Format):
    name: ClassVar[str] = "SentencePiece"
    names: ClassVar[tuple[str, ...]] = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model")
    endings: ClassVar[tuple[str, ...]] = (".model",)
    order: ClassVar[int] = 30

    def recognises(self, file: Path, head: bytes) -> bool:
        """By its first piece: a message that begins with a text and a score."""
        if not head.startswith(b"\n"):
            return False
        try:
            number, first = next(fields(head))
            return number == 1 and isinstance(first, bytes) and {1, 2} <= {key for key, _ in fields(first)}
        except (ValueError, StopIteration):
            return False

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        return self._vocabulary(file, self._model(file, _read(file, field), field), field)

    def open(self, file: Path, *, field: str | None = None) -> SentencePieceTokenizer:
        data = _read(file, field)
        model = self._model(file, data, field)
        vocabulary = self._vocabulary(file, model, field)
        config = read_config(folder_of(file, self.names), field=field)
        begin = vocabulary.role("bos") if flag(config, "add_bos_token") else None
        try:
            return SentencePieceTokenizer(
                vocabulary, data, normalizer=model.normalizer, prefix=() if begin is None else (begin,)
            )
        except UserError as error:
            raise UserError(error.message, field=field) from None

    def _model(self, file: Path, data: bytes, field: str | None) -> Model:
        try:
            return read_model(data)
        except ValueError as error:
            raise UserError(
                f"{file} is no SentencePiece model, or is damaged: {error}. Copy it anew from its source.",
                field=field,
            ) from None

    def _vocabulary(self, file: Path, model: Model, field: str | None) -> Vocabulary:
        entries = tuple(token_of(id, piece) for id, piece in enumerate(model.pieces))
        special = {
            piece.content: id
            for id, piece in enumerate(model.pieces)
            if piece.type in (CONTROL, UNKNOWN, USER_DEFINED)
        }
        roles = special_roles(folder_of(file, self.names), special, len(entries), field=field)
        roles["unk"] = tuple(id for id, piece in enumerate(model.pieces) if piece.type == UNKNOWN)
        for role, content in model.roles.items():
            if content in special:
                roles.setdefault(role, (special[content],))
        return Vocabulary(
            path=file,
            family=Family.SENTENCEPIECE,
            model=model.kind,
            entries=entries,
            roles=roles,
            lowercased=model.normalizer.endswith("_cf"),
        )


def _read(file: Path, field: str | None) -> bytes:
    data = read_bytes(file, field=field, most_bytes=_MOST_BYTES)
    if not data:
        raise UserError(f"{file} is empty.", field=field)
    return data
