"""tiktoken's files of ranks: a token in base64 and its rank on each line, and nothing else."""

from __future__ import annotations

import binascii
import hashlib
import io
import re
from pathlib import Path
from typing import ClassVar, NamedTuple

from core.errors import UserError
from core.json_files import read_bytes
from core.tokenizers.canonical import Family
from core.tokenizers.config import folder_of
from core.tokenizers.encodings import CL100K, KnownEncoding, find_named, known_encoding
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.ranks import RankTokenizer, missing_bytes, rank_token, special_token
from core.tokenizers.roles import special_roles
from core.tokenizers.vocabulary import Vocabulary

_MOST_BYTES = 128 * 2**20
_MOST_RANK = 4_000_000
_LONGEST_LINE = 128 * 1024
_LINE = re.compile(
    rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4}) \d{1,7}\r?\n"
)
_EMPTY = b"="
"""How Whisper's file spells a token of no bytes."""


class _Ranks(NamedTuple):
    ranks: dict[bytes, int]
    known: KnownEncoding | None


class TiktokenTokenizer(RankTokenizer):
    format = "tiktoken"


@tokenizer_format
class Tiktoken(Format):
    name: ClassVar[str] = "tiktoken"
    names: ClassVar[tuple[str, ...]] = ("tiktoken.model", "qwen.tiktoken")
    endings: ClassVar[tuple[str, ...]] = (".tiktoken",)
    order: ClassVar[int] = 40

    def recognises(self, file: Path, head: bytes) -> bool:
        first = _LINE.match(head)
        return first is not None and (first.end() == len(head) or _LINE.match(head, first.end()) is not None)

    def named(self, name: str) -> Path | None:
        return find_named(name)

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        return self._vocabulary(file, _read(file, field), field)

    def open(self, file: Path, *, field: str | None = None) -> TiktokenTokenizer:
        read = _read(file, field)
        missing = missing_bytes(read.ranks)
        if missing:
            raise UserError(
                f"{file} is damaged or cut short: it has no token for {len(missing)} of the 256 bytes.",
                field=field,
            )
        pattern = read.known.pattern if read.known else CL100K
        vocabulary = self._vocabulary(file, read, field)
        notes = _notes(file, read.known)
        return TiktokenTokenizer(vocabulary, read.ranks, pattern, notes=notes, field=field)

    def _vocabulary(self, file: Path, read: _Ranks, field: str | None) -> Vocabulary:
        specials = read.known.specials if read.known else {}
        tokens = {rank: rank_token(rank, data, rank) for data, rank in read.ranks.items()}
        tokens |= {id: special_token(id, name) for name, id in specials.items()}
        size = max(tokens) + 1
        return Vocabulary(
            path=file,
            family=Family.BYTE_LEVEL,
            model="BPE",
            entries=tuple(map(tokens.get, range(size))),
            roles=special_roles(folder_of(file, self.names), specials, size, field=field),
            lowercased=False,
        )


def _notes(file: Path, known: KnownEncoding | None) -> list[str]:
    if known is None:
        return [
            f"{file.name} says neither how a text is cut nor which special tokens there are, and no known "
            "encoding has its ranks: the pattern of cl100k_base is assumed, and no special tokens."
        ]
    told = f"The ranks are those of {known.name}, which tells the pattern and the special tokens."
    return [f"{told} {known.note}".rstrip()]


def _read(file: Path, field: str | None) -> _Ranks:
    """
    Raises:
        UserError: the file is no such file, or is damaged: the line, and what is wrong with it.
    """
    data = read_bytes(file, field=field, most_bytes=_MOST_BYTES)
    if not data.strip():
        raise UserError(f"{file} is empty.", field=field)
    ranks: dict[bytes, int] = {}
    spelt: dict[int, bytes] = {}
    for number, line in enumerate(io.BytesIO(data), 1):
        if not line.strip():
            continue
        try:
            token, rank = _parsed(line)
        except ValueError:
            raise UserError(
                f"{file} is no file of tiktoken ranks, or is damaged: line {number:,} is not a token in "
                "base64, a space and a rank.",
                field=field,
            ) from None
        if rank in spelt:
            raise UserError(f"{file} is damaged: line {number:,} has the rank {rank:,} again.", field=field)
        if ranks.setdefault(token, rank) != rank:
            raise UserError(
                f"{file} is damaged: line {number:,} has the token of rank {ranks[token]:,} again.",
                field=field,
            )
        spelt[rank] = line
    plain = b"".join(spelt[rank].rstrip() + b"\n" for rank in sorted(spelt))
    return _Ranks(ranks, known_encoding(hashlib.sha256(plain).hexdigest()))


def _parsed(line: bytes) -> tuple[bytes, int]:
    token, rank = line.split()
    if not rank.isdigit() or len(rank) > 7 or int(rank) > _MOST_RANK or len(token) > _LONGEST_LINE:
        raise ValueError
    return b"" if token == _EMPTY else binascii.a2b_base64(token, strict_mode=True), int(rank)
