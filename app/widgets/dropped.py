"""What was dropped, told apart: models, tokenizers, collections, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

TOKENIZERS = {".model", ".tiktoken", ".gguf", ".vocab"}
NAMES = {"tokenizer.json", "tekken.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer.model"}
"""Files by which a folder without a model in it is a tokenizer's."""
COLLECTION = ("corpus.jsonl", "queries.jsonl")
"""Files, packed or not, by which a folder is a collection to search in."""
WEIGHTS = {".safetensors", ".bin", ".pt", ".pth"}
SNIFFED = 4096
"""Bytes of a file that are looked at: text holds no NUL. What is packed (.gz) is taken for text."""


@dataclass
class Dropped:
    models: list[Path] = field(default_factory=list)
    tokenizers: list[Path] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    collections: list[Path] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.models or self.tokenizers or self.texts or self.collections)


def tell_apart(paths: list[Path]) -> Dropped:
    """Sort by what each is; what is none of these is left out. A folder of texts gives its texts.

    A tokenizer in two files (vocab.json and merges.txt) is told once, by its folder or by ``vocab.json``.
    """
    found = Dropped()
    for path in paths:
        try:
            _sort(path, found)
        except OSError:
            continue  # it is gone, or may not be read: it is none of these
    return found


def _sort(path: Path, found: Dropped) -> None:
    if path.is_dir():
        if (path / "config.json").is_file():
            found.models.append(path)
        elif any((path / name).is_file() for name in NAMES):
            found.tokenizers.append(path)
        elif all((path / name).is_file() or (path / f"{name}.gz").is_file() for name in COLLECTION):
            found.collections.append(path)
        else:
            found.texts += sorted(file for file in path.iterdir() if file.is_file() and _is_text(file))
    elif not path.is_file():
        return
    elif path.suffix.lower() in WEIGHTS or path.name == "config.json":
        found.models.append(path.parent)
    elif path.name == "merges.txt" and path.with_name("vocab.json").is_file():
        if path.with_name("vocab.json") not in found.tokenizers:
            found.tokenizers.append(path.with_name("vocab.json"))
    elif path.suffix.lower() in TOKENIZERS or path.name in NAMES or _is_tokenizer(path):
        if path not in found.tokenizers:
            found.tokenizers.append(path)
    elif _is_text(path):
        found.texts.append(path)


def _is_tokenizer(path: Path) -> bool:
    """A ``tokenizer.json`` or ``tekken.json`` under another name: its beginning says so."""
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        head = file.read(SNIFFED)
    return any(word in head for word in (b'"added_tokens"', b'"normalizer"', b'"default_vocab_size"'))


def _is_text(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    if path.suffix.lower() == ".gz":
        return path.suffixes[-2:-1] != [".tar"]
    with path.open("rb") as file:
        return b"\0" not in file.read(SNIFFED)
