"""The names that a text may be given as the pivot by: what its file is called, without the endings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.widgets.dropped import tell_apart

ENGLISH = ("eng", "english", "en")


def pivots(paths: Sequence[Path]) -> list[str]:
    """Of these files, and of those in the folders among them. Looks at the disk."""
    return list(dict.fromkeys(_stem(path) for path in _files(paths)))


def default_pivot(names: Sequence[str]) -> str:
    """The one that a run takes when none is named; empty where there is nothing to choose between."""
    return next((name for name in names if name.lower() in ENGLISH), names[0]) if len(names) > 1 else ""


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(tell_apart([path]).texts)
        else:
            yield path


def _stem(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).stem
