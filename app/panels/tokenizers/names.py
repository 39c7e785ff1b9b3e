"""What tokenizers, texts and shares are called in titles and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.figures import fixed
from app.widgets.known_paths import path_label, starter_models, starter_texts

KEPT = "\u00a0"
"""A space at which no line is broken."""
INNER = {"tokenizer.json", "tekken.json", "tokenizer.model", "vocab.json", "vocab.txt", "config.json"}
"""Files that go by their folder's name."""


def tokenizer_name(path: Path | str) -> str:
    """``prose-bpe`` of a folder, or of the ``tokenizer.json`` in it; other files go by their own name.

    What a run of the project has made is ``run 4``.
    """
    path = Path(path)
    if path.name in INNER and path.parent.name:
        path = path.parent
    label = path_label(path)
    return label.partition("/")[0] if label.startswith("run ") else label


def shortened(name: str, most: int = 24) -> str:
    """A name where there is little room: its middle left out."""
    if len(name) <= most:
        return name
    return f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"


def texts_name(paths: Sequence[Path]) -> str:
    """``prose.txt``, ``8 texts``."""
    return paths[0].name if len(paths) == 1 else f"{len(paths)} texts"


def percent(share: float, places: int = 1) -> str:
    """``12.4 %`` of 0.124, unbroken."""
    return f"{fixed(100 * share, places)}{KEPT}%"


def more_or_fewer(after: float, before: float) -> str:
    """``12.4 % fewer``, ``0.3 % more``, ``as many``: of tokens, after against before."""
    share = after / before - 1 if before else 0.0
    if abs(share) < 0.0005:
        return "as many"
    return f"{percent(abs(share))} {'more' if share > 0 else 'fewer'}"


def sample_tokenizer() -> str:
    """The starter tokenizer that samples are made with; empty where it is not there."""
    found = [path for path in starter_models() if path.name == "prose-bpe"]
    return str(found[0]) if found else ""


def sample_texts(*names: str) -> list[str]:
    """The starter texts, or those of them that are named."""
    return [str(path) for path in starter_texts() if not names or path.stem in names]
