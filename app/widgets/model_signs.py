"""How a language model is called and coloured: the same in every tool, in every view of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.widgets.known_paths import path_label
from app.widgets.series_numbers import keep_numbers, numbers_of

if TYPE_CHECKING:
    from core.project.project import Project


@dataclass(frozen=True)
class ModelSign:
    """`number` is the colour and shape, as `app.widgets.dot` draws it."""

    name: str
    number: int


def model_names(paths: Sequence[str | Path]) -> list[str]:
    """``prose-bpe``, ``run 14`` of what a run wrote; no two alike: the folder above, or a number, tells."""
    labels = [path_label(Path(path)) for path in paths]
    found: list[str] = []
    for path, label in zip(map(Path, paths), labels, strict=True):
        name = label if labels.count(label) == 1 else f"{path.parent.name}/{label}"
        number = 2
        while name in found:
            name, number = f"{label} ({number})", number + 1
        found.append(name)
    return found


def model_signs(
    project: Project | None, paths: Sequence[str | Path], *, keep: bool = True
) -> list[ModelSign]:
    """One a model, in their order. With `keep`, the colours are theirs from now on."""
    names = model_names(paths)
    numbers = (keep_numbers if keep else numbers_of)(project, names)
    return [ModelSign(name, numbers[name]) for name in names]
