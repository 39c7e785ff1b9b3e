"""A tokenizer.json that is changed as data: its numbers kept, written with what lies beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.json_files import read_json_object
from core.tokenizers.files import TOKENIZER, tokenizer_files

_ANOTHER_VOCABULARY = (
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tekken.json",
)
"""Files that say the same vocabulary in another format: after a change they would contradict it."""

_NEVER = -1_000_000.0
"""Log-probability of a Unigram piece that is there for its number alone; no text is cut into it."""


def keep_numbers(data: dict[str, Any]) -> None:
    """List the added tokens in the model's vocabulary too, if they would lose their numbers otherwise.

    The library counts those that the model does not list from the model's own size on, so that new tokens of
    the model, or holes below, would move them. Nothing is ever cut into a token for being listed, as long as
    no merge leads to it.

    Args:
        data: of a tokenizer.json; its vocabulary may be changed.
    """
    if not _moved(data):
        return
    vocabulary = data["model"]["vocab"]
    added = {entry["id"]: entry["content"] for entry in data["added_tokens"]}
    if isinstance(vocabulary, list):
        fill_up(vocabulary, added, max(added) + 1)
    else:
        for id, content in sorted(added.items()):
            vocabulary.setdefault(content, id)


def fill_up(vocabulary: list[Any], added: Mapping[int, str], size: int) -> None:
    """Make a Unigram vocabulary, which is a list, reach `size` by the added tokens (by id) behind it."""
    for id in range(len(vocabulary), size):
        vocabulary.append([added.get(id, f"<unused{id}>"), _NEVER])


def _moved(data: dict[str, Any]) -> bool:
    """Whether the library would give an added token another number than the file does."""
    vocabulary = data["model"]["vocab"]
    listed = {entry[0] for entry in vocabulary} if isinstance(vocabulary, list) else vocabulary
    if isinstance(vocabulary, dict) and max(vocabulary.values(), default=-1) >= len(vocabulary):
        return any(entry["content"] not in listed for entry in data.get("added_tokens") or [])
    highest = -1
    for entry in data.get("added_tokens") or []:
        number = entry["id"] if entry["content"] in listed else max(len(vocabulary), highest + 1)
        if number != entry["id"]:
            return True
        highest = max(highest, number)
    return False


def with_added_tokens(folder: Path, entries: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """tokenizer_config.json, if it lists added tokens, with some more: transformers may go by its list alone.

    Args:
        entries: as ``added_tokens`` of a tokenizer.json has them.

    Raises:
        UserError: it is no JSON.
    """
    file = folder / "tokenizer_config.json"
    config = read_json_object(file, field="tokenizer") if file.is_file() else {}
    listed = config.get("added_tokens_decoder")
    if not isinstance(listed, dict):
        return {}
    for entry in entries:
        listed[str(entry["id"])] = {key: value for key, value in entry.items() if key != "id"}
    return {file.name: (json.dumps(config, ensure_ascii=False, indent=2) + "\n").encode()}


def write_edited(
    data: dict[str, Any], source: Path, folder: Path, *, instead: Mapping[str, bytes] | None = None
) -> list[str]:
    """Write a changed tokenizer.json, and the files that lay beside the old one.

    Args:
        source: the old tokenizer.json.
        folder: an empty one.
        instead: name → content of files that do not stay as they are.

    Returns:
        the names of files that were left out, since they hold the old vocabulary.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (folder / TOKENIZER).write_text(text + "\n", encoding="utf-8", newline="\n")
    left_out = []
    for name, file in tokenizer_files(source).items():
        if name == TOKENIZER:
            continue
        if name in _ANOTHER_VOCABULARY:
            left_out.append(name)
        elif instead and name in instead:
            (folder / name).write_bytes(instead[name])
        else:
            shutil.copyfile(file, folder / name)
    return left_out
