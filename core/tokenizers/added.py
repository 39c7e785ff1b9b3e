"""Special and other added tokens, where a tokenizer's own file does not tell them from its other tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.json_files import read_json_object
from core.tokenizers.roles import USUAL, names_given

_FLAGS = ("single_word", "lstrip", "rstrip")


def added_tokens(
    folder: Path | None, config: Mapping[str, Any], vocab: Mapping[str, int], *, field: str | None = None
) -> list[dict[str, Any]]:
    """Added tokens as a tokenizer.json lists them, in the order of their ids.

    Told by what lies beside the file: tokenizer_config.json, added_tokens.json, special_tokens_map.json; and,
    of the vocabulary, the names that only special tokens have (``<|endoftext|>``, ``[CLS]``). Where those
    files give a number of the vocabulary to something else, the vocabulary counts.

    Args:
        config: the tokenizer_config.json.
        vocab: content → id.

    Raises:
        UserError: one of the files cannot be read or is no JSON.
    """
    mapped = _beside(folder, "special_tokens_map.json", field)
    special = names_given(config) | names_given(mapped) | USUAL.keys()
    found: dict[str, dict[str, Any]] = {}
    for entry in _of_config(config):
        found.setdefault(entry["content"], entry)
    for content, id in _beside(folder, "added_tokens.json", field).items():
        if type(id) is int:
            found.setdefault(content, _entry(id, content, content in special))
    for content in special & vocab.keys():
        found.setdefault(content, _entry(vocab[content], content, special=True))
    taken = set(vocab.values()) if found else set()
    listed = [entry for entry in found.values() if entry["content"] in vocab or entry["id"] not in taken]
    return sorted(listed, key=lambda entry: (entry["id"], entry["content"]))


def _of_config(config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    listed = config.get("added_tokens_decoder")
    for number, given in listed.items() if isinstance(listed, dict) else ():
        content = given.get("content") if isinstance(given, dict) else None
        if isinstance(content, str) and content and number.isdecimal():
            entry = _entry(int(number), content, special=given.get("special") is True)
            switches = {
                name: given[name] for name in (*_FLAGS, "normalized") if type(given.get(name)) is bool
            }
            yield entry | switches


def _entry(id: int, content: str, special: bool) -> dict[str, Any]:
    return {
        "id": id,
        "content": content,
        **dict.fromkeys(_FLAGS, False),
        "normalized": not special,
        "special": special,
    }


def _beside(folder: Path | None, name: str, field: str | None) -> dict[str, Any]:
    file = folder / name if folder else None
    return read_json_object(file, field=field) if file is not None and file.is_file() else {}
