"""The vocabulary in the header of a GGUF file, which llama.cpp and its kin read: four kinds of it."""

from __future__ import annotations

import array
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from core.errors import UserError
from core.tokenizers.canonical import SPACE_MARK, Family, Kind, Token
from core.tokenizers.fast import PARTS, FastTokenizer, merge_ranks, open_library
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.formats.sentencepiece import (
    BYTE,
    CONTROL,
    NORMAL,
    UNKNOWN,
    UNUSED,
    USER_DEFINED,
    Piece,
    SentencePieceTokenizer,
    check_pieces,
    token_of,
)
from core.tokenizers.gguf_cutters import DEFAULT, Cutter, cutter
from core.tokenizers.gguf_header import MAGIC, read_header
from core.tokenizers.protobuf import message
from core.tokenizers.roles import special_roles
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.vocabulary import Vocabulary, vocabulary_of

__all__ = ["Gguf", "read_header"]

_MERGES = "tokenizer.ggml.merges"
_ROLES = {
    "bos": "bos", "eos": "eos", "unk": "unknown", "sep": "seperator", "pad": "padding", "cls": "cls",
    "mask": "mask", "turn_end": "eot", "fim_prefix": "fim_pre", "fim_suffix": "fim_suf",
    "fim_middle": "fim_mid",
}  # fmt: skip
"""Role → the word in ``tokenizer.ggml.WORD_token_id``, the misspelling included."""
_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}


class GgufPieces(SentencePieceTokenizer):
    format: ClassVar[str] = "GGUF"


class GgufFast(FastTokenizer):
    format: ClassVar[str] = "GGUF"
    first: int | None = None
    """The token that begins a text."""

    @property
    def prefix(self) -> tuple[int, ...]:  # type: ignore[override]
        return () if self.first is None else (self.first,)


@tokenizer_format
class Gguf(Format):
    name: ClassVar[str] = "GGUF"
    endings: ClassVar[tuple[str, ...]] = (".gguf",)
    order: ClassVar[int] = 70

    def recognises(self, file: Path, head: bytes) -> bool:
        return head.startswith(MAGIC)

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        said = _Said(file, read_header(file, skip=(_MERGES,), field=field), field)
        return _of_pieces(said) if said.kind in _PIECES else _of_json(said, _as_json(said), {})

    def open(self, file: Path, *, field: str | None = None) -> Tokenizer:
        said = _Said(file, read_header(file, field=field), field)
        return _open_pieces(said) if said.kind in _PIECES else _open_fast(said)


class _Said:
    """What the header says, its outer shape checked.

    Raises:
        UserError: there is no vocabulary of a kind that can be read, or it is damaged.
    """

    def __init__(self, file: Path, values: Mapping[str, Any], field: str | None) -> None:
        self.file, self.field = file, field
        self._values = values
        self.kind = self.get("model", str) or "none"
        if self.kind not in (*_PIECES, "gpt2", "bert"):
            held = "no vocabulary" if self.kind == "none" else f"a vocabulary of the kind {self.kind!r}"
            raise self.refusal(
                f"holds {held}, and only those of the kinds llama, t5, gpt2 and bert can be read"
            )
        tokens = self.get("tokens", list)
        if not tokens or not isinstance(tokens[0], str):
            raise self.refusal("holds no list of tokens")
        self.tokens: list[str] = [token or f"[EMPTY_{id}]" for id, token in enumerate(tokens)]
        self.types = self._numbers("token_type", NORMAL)
        self.types = [type if NORMAL <= type <= BYTE else NORMAL for type in self.types]
        seen: dict[str, int] = {}
        for id, token in enumerate(self.tokens):
            if seen.setdefault(token, id) != id:
                raise self.refusal(f"is damaged: the tokens {seen[token]:,} and {id:,} are both {token!r}")

    def get(self, key: str, type: type) -> Any:
        """A value of this type; None where there is none, or one of another type."""
        value = self._values.get(f"tokenizer.ggml.{key}")
        return value if isinstance(value, type) else None

    def scores(self) -> list[float]:
        return [float(score) for score in self._numbers("scores", 0)]

    def character_map(self) -> bytes:
        """How SentencePiece normalises, as it has it; empty where it does not."""
        values = self._values.get("tokenizer.ggml.precompiled_charsmap")
        if values is not None and not (isinstance(values, array.array) and values.typecode in "bB"):
            raise self.refusal("is damaged: its character map is no list of bytes")
        return values.tobytes() if values is not None else b""

    def flag(self, key: str, default: bool) -> bool:
        value = self.get(key, int)
        return default if value is None else bool(value)

    def id(self, word: str) -> int | None:
        value = self.get(f"{word}_token_id", int)
        return value if value is not None and 0 <= value < len(self.tokens) else None

    def roles(self) -> dict[str, tuple[int, ...]]:
        """Those that the file names come before those that usual names tell."""
        marked = {
            token: id
            for id, (token, type) in enumerate(zip(self.tokens, self.types, strict=True))
            if type in (CONTROL, UNKNOWN, USER_DEFINED)
        }
        usual = special_roles(None, marked, len(self.tokens), field=self.field)
        named = {role: id for role, word in _ROLES.items() if (id := self.id(word)) is not None}
        for role, id in named.items():
            usual[role] = (id, *(other for other in usual.get(role, ()) if other != id))
        return usual

    def first(self, begins: bool) -> int | None:
        """The token that begins a text, if one does."""
        return self.id("bos") if self.flag("add_bos_token", begins) else None

    def refusal(self, what: str) -> UserError:
        return UserError(f"{self.file} {what}.", field=self.field)

    def _numbers(self, key: str, default: int) -> list[Any]:
        values = self._values.get(f"tokenizer.ggml.{key}")
        if values is None:
            return [default] * len(self.tokens)
        if isinstance(values, list | str | int | float) or len(values) < len(self.tokens):
            raise self.refusal(
                f"is damaged: it has {len(self.tokens):,} tokens, but no {key} for each of them"
            )
        return list(values[: len(self.tokens)])


# SentencePiece: the kinds llama (BPE with scores) and t5 (Unigram), through a model made in memory

_PIECES = {"llama": 2, "t5": 1}
"""Kind → SentencePiece's number of the kind of model."""


def _pieces(said: _Said) -> list[Piece]:
    """As SentencePiece wants them: one of them unknown, and spaces marked."""
    scores = said.scores()
    types = list(said.types)
    if UNKNOWN not in types:
        unknown = said.id("unknown")
        if unknown is None:
            unknown = said.tokens.index("<unk>") if "<unk>" in said.tokens else None
        if unknown is None:
            raise said.refusal("is damaged: none of its tokens stands for what is unknown")
        types[unknown] = UNKNOWN
    pieces = []
    for token, score, type in zip(said.tokens, scores, types, strict=True):
        content = token.replace(" ", SPACE_MARK) if type == USER_DEFINED else token
        pieces.append(Piece(content, score, type))
    try:
        check_pieces(pieces)
    except ValueError as error:
        raise said.refusal(f"is damaged: {error}") from None
    return pieces


def _of_pieces(said: _Said) -> Vocabulary:
    pieces = _pieces(said)
    return Vocabulary(
        path=said.file,
        family=Family.SENTENCEPIECE,
        model="BPE" if said.kind == "llama" else "Unigram",
        entries=tuple(token_of(id, piece) for id, piece in enumerate(pieces)),
        roles=said.roles() | {"unk": tuple(id for id, piece in enumerate(pieces) if piece.type == UNKNOWN)},
        lowercased=False,
    )


def _open_pieces(said: _Said) -> GgufPieces:
    is_llama = said.kind == "llama"
    pieces = _pieces(said)
    spells = is_llama and sum(piece.type == BYTE for piece in pieces) == 256
    map_ = said.character_map()
    settings = message((3, _PIECES[said.kind]), (4, len(pieces)), (35, spells))
    normalizer = message(
        (1, "precompiled" if map_ else "identity"),
        (2, map_),
        (3, said.flag("add_space_prefix", is_llama)),
        (4, said.flag("remove_extra_whitespaces", False)),
        (5, True),
    )
    model = b"".join(
        message((1, message((1, piece.content), (2, piece.score), (3, piece.type)))) for piece in pieces
    )
    first = said.first(is_llama)
    try:
        return GgufPieces(
            _of_pieces(said),
            model + message((2, settings), (3, normalizer)),
            normalizer="character map" if map_ else "identity",
            prefix=() if first is None else (first,),
        )
    except UserError as error:
        raise UserError(error.message, field=said.field) from None


# The `tokenizers` library: the kinds gpt2 (byte-level BPE) and bert (WordPiece)


def _as_json(said: _Said) -> dict[str, Any]:
    """What a tokenizer.json would say, without merges."""
    added = [
        {"id": id, "content": token, "special": type != USER_DEFINED, **_AS_SPELT}
        for id, (token, type) in enumerate(zip(said.tokens, said.types, strict=True))
        if type in (CONTROL, UNKNOWN, USER_DEFINED)
    ]
    parts = _bert(said) if said.kind == "bert" else _byte_level(said)
    return {
        "version": "1.0",
        **dict.fromkeys(("truncation", "padding", *PARTS)),
        **parts,
        "added_tokens": added,
    }


_AS_SPELT = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}


def _byte_level(said: _Said) -> dict[str, Any]:
    splits = [
        {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
        for pattern in _cutter(said)[0].patterns
    ]
    return {
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [*splits, _BYTE_LEVEL]},
        "decoder": _BYTE_LEVEL,
        "model": {"type": "BPE", "vocab": {token: id for id, token in enumerate(said.tokens)}},
    }


def _cutter(said: _Said) -> tuple[Cutter, list[str]]:
    """How texts are cut, and what is to be said of it."""
    name = said.get("pre", str)
    found = cutter(name) if name else None
    if found is not None:
        return found, []
    assumed = cutter(DEFAULT)
    assert assumed is not None
    missing = f"names a way of cutting texts that is not known here ({name})" if name else "does not say how"
    return assumed, [
        f"{said.file.name} {missing}{'' if name else ' texts are cut'}: llama.cpp's default is assumed."
    ]


def _bert(said: _Said) -> dict[str, Any]:
    """The marks put back where BERT has them: not at a word's beginning, but where it goes on."""
    vocab: dict[str, int] = {}
    for id, (token, type) in enumerate(zip(said.tokens, said.types, strict=True)):
        whole = type in (CONTROL, UNKNOWN, USER_DEFINED, UNUSED) or token.startswith("[unused")
        content = token if whole else token[1:] if token.startswith(SPACE_MARK) else f"##{token}"
        if vocab.setdefault(content or token, id) != id:
            raise said.refusal(f"is damaged: the tokens {vocab[content]:,} and {id:,} are both {content!r}")
    lower = said.flag("normalizer.lowercase", True)
    unknown = said.id("unknown")
    return {
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": said.flag("normalizer.strip_accents", lower),
            "lowercase": lower,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
        "model": {
            "type": "WordPiece",
            "vocab": vocab,
            "unk_token": "[UNK]" if unknown is None else said.tokens[unknown],
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
        },
    }


def _of_json(said: _Said, data: dict[str, Any], ranks: Mapping[str, int]) -> Vocabulary:
    found = vocabulary_of(data, said.file, ranks=ranks or None, field=said.field)
    entries: Sequence[Token | None] = [
        Token(token.id, token.content, Kind.UNUSED, token.content.encode())
        if token is not None and said.types[token.id] == UNUSED
        else token
        for token in found.entries
    ]
    return dataclasses.replace(found, entries=tuple(entries), roles=said.roles())


def _open_fast(said: _Said) -> GgufFast:
    data = _as_json(said)
    how, notes = _cutter(said) if said.kind == "gpt2" else (Cutter((), begins=True), [])
    if said.kind == "gpt2":
        merges = said.get("merges", list)
        if not merges:
            raise said.refusal("is damaged: it has no merges, without which no token can be put together")
        data["model"] |= {"merges": merges, "ignore_merges": how.whole_words}
    vocabulary = _of_json(said, data, merge_ranks(data["model"].get("merges") or [], data["model"]))
    tokenizer = GgufFast(vocabulary, open_library(data, vocabulary, field=said.field), data, notes)
    tokenizer.first = said.first(how.begins)
    if said.kind == "bert" and tokenizer.first is None:
        tokenizer.first = vocabulary.role("cls")
    return tokenizer
