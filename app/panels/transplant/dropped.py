"""What was dropped, told apart: models, tokenizers, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

TOKENIZERS = {".model", ".tiktoken", ".gguf", ".vocab"}
WEIGHTS = {".safetensors", ".bin", ".pt", ".pth"}
SNIFFED = 4096
"""Bytes of a file that are looked at: text holds no NUL."""


@dataclass
class Dropped:
    models: list[Path] = field(default_factory=list)
    tokenizers: list[Path] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.models or self.tokenizers or self.texts)


def tell_apart(paths: list[Path]) -> Dropped:
    """Sort by what each is; what is none of these is left out. A folder of texts gives its texts."""
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
        elif (path / "tokenizer.json").is_file():
            found.tokenizers.append(path)
        else:
            found.texts += sorted(file for file in path.iterdir() if file.is_file() and _is_text(file))
    elif not path.is_file():
        return
    elif path.suffix.lower() in WEIGHTS or path.name == "config.json":
        found.models.append(path.parent)
    elif path.suffix.lower() in TOKENIZERS or path.name == "tokenizer.json" or _is_tokenizer(path):
        found.tokenizers.append(path)
    elif _is_text(path):
        found.texts.append(path)


def _is_tokenizer(path: Path) -> bool:
    """A ``tokenizer.json`` under another name: its beginning says so."""
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        head = file.read(SNIFFED)
    return b'"added_tokens"' in head or b'"normalizer"' in head


def _is_text(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    with path.open("rb") as file:
        return b"\0" not in file.read(SNIFFED)
