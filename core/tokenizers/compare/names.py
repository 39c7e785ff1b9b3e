"""What the tokenizers of a comparison are called: short, and no two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

_PLAIN = {
    "tokenizer",
    "tokenizer_config",
    "spiece",
    "sentencepiece.bpe",
    "tekken",
    "vocab",
    "merges",
    "model",
}
"""Files that every tokenizer of a kind is called; the folder says whose it is."""


def tokenizer_names(paths: Sequence[Path]) -> list[str]:
    """``gpt2``, ``mistral-v1-sentencepiece``; with its folder before it or a number behind where need be."""
    short = [_short(path) for path in paths]
    times = Counter(short)
    found: list[str] = []
    for path, name in zip(paths, short, strict=True):
        if times[name] > 1 and path.parent.name not in ("", name):
            name = f"{path.parent.name}/{name}"
        found.append(_free(name, found))
    return found


def _short(path: Path) -> str:
    if path.is_dir():
        folder = path.absolute()
        of_a_run = folder.parent.name.isdigit() and folder.parent.parent.name == "artifacts"
        return f"run {folder.parent.name}" if of_a_run else folder.name
    stem = path.name.removesuffix(path.suffix) if path.suffix and not path.suffix[1:].isdigit() else path.name
    return path.absolute().parent.name if stem in _PLAIN else stem


def _free(name: str, taken: Sequence[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free
