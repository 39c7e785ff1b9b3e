"""What a tokenizer_config.json says beside a tokenizer's own file, and where it disagrees with that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.json_files import read_json_object
from core.tokenizers.roles import content_of
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.vocabulary import Vocabulary

CONFIG = "tokenizer_config.json"


def read_config(folder: Path | None, *, field: str | None = None) -> dict[str, Any]:
    """The tokenizer_config.json in a folder; empty where there is none.

    Raises:
        UserError: it cannot be read or is no JSON.
    """
    file = folder / CONFIG if folder else None
    return read_json_object(file, field=field) if file is not None and file.is_file() else {}


def flag(config: Mapping[str, Any], name: str) -> bool | None:
    """A switch of the configuration; None where it says nothing."""
    value = config.get(name)
    return value if isinstance(value, bool) else None


def config_notes(config: Mapping[str, Any], tokenizer: Tokenizer) -> list[str]:
    """Sentences: code that is not run, and where the configuration differs from the tokenizer's file."""
    vocabulary = tokenizer.vocabulary
    notes = _first_token(config, tokenizer)
    if config.get("auto_map"):
        notes.append(
            f"{CONFIG} names code to be run ({_code(config['auto_map'])}): it is not; "
            f"{vocabulary.path.name} alone was read."
        )
    listed = config.get("added_tokens_decoder")
    for number, entry in listed.items() if isinstance(listed, dict) else ():
        content = entry.get("content") if isinstance(entry, dict) else None
        if isinstance(content, str) and number.isdecimal():
            notes += _disagreement(int(number), content, vocabulary)
    if len(notes) > _MOST:
        notes = [*notes[:_MOST], f"{CONFIG} disagrees in {len(notes) - _MOST:,} more tokens."]
    return notes


_MOST = 10


def _code(auto_map: object) -> str:
    named = auto_map.get("AutoTokenizer") if isinstance(auto_map, dict) else auto_map
    found = [name for name in named if name] if isinstance(named, list) else [named]
    return ", ".join(str(name)[:80] for name in found[:2])


def _disagreement(number: int, content: str, vocabulary: Vocabulary) -> list[str]:
    token = vocabulary.entries[number] if number < vocabulary.size else None
    if token is not None and token.content == content:
        return []
    there = f"is {token.content!r}" if token else "is no token"
    return [
        f"{CONFIG} says that token {number:,} is {content!r}; in {vocabulary.path.name} it {there}, "
        "which is what counts here."
    ]


def _first_token(config: Mapping[str, Any], tokenizer: Tokenizer) -> list[str]:
    """Whether a text begins with bos."""
    wanted, name = flag(config, "add_bos_token"), content_of(config.get("bos_token"))
    bos = tokenizer.vocabulary.role("bos")
    if wanted is None or name is None or bos is None:
        return []
    try:
        put = bos in tokenizer.prefix
    except UserError:
        return []
    if put == wanted:
        return []
    says = f"{CONFIG} asks for {name} before a text" if wanted else f"{CONFIG} wants no {name} before a text"
    does = "puts it there" if put else "puts none there"
    return [f"{says}; {tokenizer.path.name} {does}, which is what counts here."]


def folder_of(file: Path, names: tuple[str, ...]) -> Path | None:
    """Where the files lie that tell more about a tokenizer: its folder, if the file has the usual name."""
    return file.parent if file.name in names else None
