"""Where a tokenizer lies, which files make it up, and its tokenizer.json read with limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.json_files import parse_json_object, read_bytes, unreadable
from core.tokenizers.slices import parse_without_merges

TOKENIZER = "tokenizer.json"
TOKENIZER_FILES = (
    TOKENIZER,
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tekken.json",
    "chat_template.jinja",
    "chat_template.json",
)
"""What a folder may hold of a tokenizer; a graft takes these from the target, byte for byte."""

_MOST_BYTES = 128 * 2**20
_MOST_TOKENS = 4_000_000
_MOST_NESTED = 64
_OTHER_FORMATS = {
    "tekken.json": "a tekken file",
    "vocab.json": "a vocabulary without its merges",
    ".model": "a SentencePiece model",
    ".tiktoken": "a tiktoken file",
    ".gguf": "a GGUF file",
    ".txt": "a list of words",
}


def find_tokenizer(path: Path, *, field: str | None = None) -> Path:
    """The tokenizer.json that `path` means: the file itself, or the one in the folder.

    Raises:
        UserError: there is none; the sentence says how to come by one.
    """
    path = Path(path).absolute()
    try:
        if path.is_dir():
            names = {entry.name for entry in path.iterdir()}
            if TOKENIZER in names:
                return path / TOKENIZER
            raise _without_tokenizer(path, names, field)
        path.stat()
    except OSError as error:
        raise unreadable(path, error, field=field) from None
    kind = _OTHER_FORMATS.get(path.name) or _OTHER_FORMATS.get(path.suffix.lower())
    if kind is not None:
        raise UserError(f"{path} is {kind}. {_HOW_FROM_ANOTHER}", field=field)
    return path


def tokenizer_files(path: Path, *, field: str | None = None) -> dict[str, Path]:
    """Name → path of all the files that belong to the tokenizer at `path`.

    Raises:
        UserError: there is no tokenizer.json.
    """
    tokenizer = find_tokenizer(path, field=field)
    found = {TOKENIZER: tokenizer}
    if tokenizer.name == TOKENIZER:
        beside = (tokenizer.with_name(name) for name in TOKENIZER_FILES)
        found |= {file.name: file for file in beside if file.is_file()}
    return found


def read_tokenizer_json(
    path: Path, *, field: str | None = None, merges: bool = False, merges_into: list[Any] | None = None
) -> dict[str, Any]:
    """The tokenizer.json at `path` as data, its outer shape checked.

    Args:
        merges: read those of BPE too, which keeps other threads waiting; otherwise there are none.
        merges_into: is given them instead, which keeps nobody waiting.

    Raises:
        UserError: it cannot be read, is too large or too deeply nested, or is no tokenizer.json.
    """
    parse: Callable[[str], Any] = json.loads if merges else partial(parse_without_merges, into=merges_into)
    raw = read_bytes(path, field=field, most_bytes=_MOST_BYTES)
    check_amount(path, raw, field=field)
    data = parse_json_object(raw, path, field=field, parse=parse)
    model = data.get("model")
    if not isinstance(model, dict) or not isinstance(model.get("vocab"), dict | list):
        raise UserError(
            f"{path} is no tokenizer.json: it has no model with a vocabulary in it. {_HOW}", field=field
        )
    if len(model["vocab"]) > _MOST_TOKENS:
        raise UserError(
            f"{path} lists {len(model['vocab']):,} tokens; {_MOST_TOKENS:,} is the limit.", field=field
        )
    for part in ("normalizer", "pre_tokenizer", "post_processor", "decoder"):
        if _nested(data.get(part)) > _MOST_NESTED:
            raise UserError(f"{path} is nested too deeply to be read (in its {part}).", field=field)
    return data


def check_amount(path: Path, raw: bytes, *, field: str | None = None) -> None:
    """A small file of brackets and commas would become a hundred times its size once it is parsed.

    Raises:
        UserError: there are far more than a tokenizer can have.
    """
    if raw.count(b"[") + raw.count(b"{") > 2 * _MOST_TOKENS or raw.count(b",") > 6 * _MOST_TOKENS:
        raise UserError(f"{path} holds far more values than a tokenizer can have.", field=field)


def parts(component: object) -> Iterator[dict[str, Any]]:
    """A normalizer, pre-tokenizer or decoder of a tokenizer.json as its members, sequences opened."""
    if not isinstance(component, dict):
        return
    if component.get("type") == "Sequence":
        for key in ("normalizers", "pretokenizers", "decoders"):
            members = component.get(key)
            for member in members if isinstance(members, list) else []:
                yield from parts(member)
    else:
        yield component


_MADE = "load the tokenizer with transformers' AutoTokenizer and save it again with save_pretrained."
_HOW = f"A tokenizer.json is needed: {_MADE}"
_HOW_FROM_ANOTHER = f"The Tokenizers panel can open it, but here a tokenizer.json is needed: {_MADE}"


def _without_tokenizer(path: Path, names: set[str], field: str | None) -> UserError:
    whole = ("tekken.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.txt")
    other = next((name for name in whole if name in names), None) or next(
        (name for name in sorted(names) if Path(name).suffix in (".model", ".tiktoken", ".gguf")), None
    )
    if other is None and {"vocab.json", "merges.txt"} <= names:
        other = "vocab.json with merges.txt"
    if other is not None:
        return UserError(f"{path} has no {TOKENIZER}, only {other}. {_HOW_FROM_ANOTHER}", field=field)
    beside = next((name for name in TOKENIZER_FILES if name in names), None)
    there = f", only {beside}" if beside else ""
    return UserError(f"{path} has no {TOKENIZER}{there}. {_HOW}", field=field)


def _nested(value: object) -> int:
    """How deeply lists and objects lie in each other."""
    deepest = 0
    pending: list[tuple[object, int]] = [(value, 1)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        if isinstance(node, dict | list):
            pending += [(child, depth + 1) for child in (node.values() if isinstance(node, dict) else node)]
    return deepest
