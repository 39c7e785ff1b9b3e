"""Mistral's tekken.json: ranks in base64, with the pattern and, in later versions, the special tokens.

From mistralai/mistral-common (tokens/tokenizers/tekken.py).
"""

from __future__ import annotations

import binascii
import re
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from core.errors import UserError
from core.json_files import parse_json_object, read_bytes
from core.tokenizers.canonical import Family, Kind, Token
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.ranks import RankTokenizer, missing_bytes, rank_token, special_token
from core.tokenizers.roles import special_roles
from core.tokenizers.slices import parse_listing
from core.tokenizers.vocabulary import Vocabulary

_MOST_BYTES = 256 * 2**20
_MOST_IDS = 4_000_000
_ITS_KEYS = re.compile(rb'"(?:default_vocab_size|default_num_special_tokens|token_bytes)"\s*:')
_BEFORE_VERSION_11 = (
    *("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"),
    *("[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]"),
    *("[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"),
)
"""The special tokens of files that do not list them, from number 0."""


class TekkenTokenizer(RankTokenizer):
    format = "Tekken"


class _Read(NamedTuple):
    pattern: str
    specials: dict[int, str]
    """Number → name of those that have one."""
    room: int
    """How many numbers are kept for special tokens: a rank's id is the rank plus this."""
    ranks: dict[bytes, int]
    """Bytes → id."""
    listed: bool
    """Whether the file names its special tokens."""


@tokenizer_format
class Tekken(Format):
    name: ClassVar[str] = "Tekken"
    names: ClassVar[tuple[str, ...]] = ("tekken.json",)
    endings: ClassVar[tuple[str, ...]] = (".json",)
    order: ClassVar[int] = 20

    def recognises(self, file: Path, head: bytes) -> bool:
        return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and bool(_ITS_KEYS.search(head))

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        return _vocabulary(file, _read(file, field))

    def open(self, file: Path, *, field: str | None = None) -> TekkenTokenizer:
        read = _read(file, field)
        missing = missing_bytes(read.ranks)
        if missing:
            raise UserError(
                f"{file} is damaged: it has no token for {len(missing)} of the 256 bytes.", field=field
            )
        begin = next((id for id, name in read.specials.items() if name == "<s>"), None)
        notes = [] if read.listed else [_UNLISTED.format(file.name)]
        prefix = () if begin is None else (begin,)
        vocabulary = _vocabulary(file, read)
        return TekkenTokenizer(vocabulary, read.ranks, read.pattern, prefix=prefix, notes=notes, field=field)


_UNLISTED = "{} does not name its special tokens: those of Mistral's files of that time are assumed."


def _vocabulary(file: Path, read: _Read) -> Vocabulary:
    size = read.room + len(read.ranks)
    entries: list[Token | None] = [None] * size
    for id in range(read.room):
        name = read.specials.get(id)
        unnamed = f"<SPECIAL_{id}>"
        entries[id] = (
            special_token(id, name) if name is not None else Token(id, unnamed, Kind.UNUSED, unnamed.encode())
        )
    for data, id in read.ranks.items():
        entries[id] = rank_token(id, data, id - read.room)
    return Vocabulary(
        path=file,
        family=Family.BYTE_LEVEL,
        model="BPE",
        entries=tuple(entries),
        roles=special_roles(None, {name: id for id, name in read.specials.items()}, size),
        lowercased=False,
    )


def _read(file: Path, field: str | None) -> _Read:
    """
    Raises:
        UserError: the file is no tekken.json, or is damaged: what is wrong with it.
    """
    raw = read_bytes(file, field=field, most_bytes=_MOST_BYTES)
    data = parse_json_object(raw, file, field=field, parse=partial(parse_listing, key="vocab"))
    try:
        return _checked(data)
    except ValueError as error:
        raise UserError(f"{file} is no tekken.json, or is damaged: {error}.", field=field) from None


def _checked(data: dict[str, Any]) -> _Read:
    """
    Raises:
        ValueError: what is wrong with it, as the end of a sentence.
    """
    config = data.get("config")
    if not isinstance(config, dict):
        raise ValueError("it has no config")
    pattern = config.get("pattern")
    if not isinstance(pattern, str):
        raise ValueError("its config has no pattern")
    size, room = (_number(config, key) for key in ("default_vocab_size", "default_num_special_tokens"))
    if not room < size <= _MOST_IDS:
        raise ValueError(f"its config gives {size:,} as the size of the vocabulary, {room:,} of it special")
    specials = _specials(data.get("special_tokens"), room)
    return _Read(
        pattern, specials, room, _ranks(data.get("vocab"), size, room), bool(data.get("special_tokens"))
    )


def _number(config: dict[str, Any], key: str) -> int:
    value = config.get(key)
    if type(value) is not int or value < 0:
        raise ValueError(f"its config has no {key}")
    return value


def _specials(listed: object, room: int) -> dict[int, str]:
    if listed is None:
        return dict(enumerate(_BEFORE_VERSION_11[:room]))
    found: dict[int, str] = {}
    names: set[str] = set()
    for entry in listed if isinstance(listed, list) else [None]:
        rank = entry.get("rank") if isinstance(entry, dict) else None
        name = entry.get("token_str") if isinstance(entry, dict) else None
        if type(rank) is not int or not 0 <= rank < room or not isinstance(name, str):
            raise ValueError(f"a special token has no name, or no number below {room:,}")
        if rank in found or name in names:
            raise ValueError(f"the special token {name!r} or its number {rank:,} is there twice")
        found[rank] = name
        names.add(name)
    return found


def _ranks(vocab: object, size: int, room: int) -> dict[bytes, int]:
    """Only the ranks that the size leaves room for: files list more."""
    most = size - room
    found: dict[bytes, int] = {}
    seen = bytearray(most)
    for place, entry in enumerate(vocab if isinstance(vocab, list) else []):
        rank = entry.get("rank") if isinstance(entry, dict) else None
        spelt = entry.get("token_bytes") if isinstance(entry, dict) else None
        if type(rank) is not int or rank < 0 or not isinstance(spelt, str):
            raise ValueError(f"entry {place:,} of its vocab has no rank or no token_bytes")
        if rank >= most:
            continue
        try:
            data = binascii.a2b_base64(spelt, strict_mode=True)
        except ValueError:
            raise ValueError(f"the token_bytes of rank {rank:,} are not in base64") from None
        if seen[rank]:
            raise ValueError(f"the rank {rank:,} is there twice")
        if data in found:
            raise ValueError(f"the ranks {found[data] - room:,} and {rank:,} have the same token_bytes")
        seen[rank] = 1
        found[data] = room + rank
    if len(found) < most:
        raise ValueError(f"{most:,} ranks should be in its vocab, but {most - len(found):,} of them are not")
    return found
