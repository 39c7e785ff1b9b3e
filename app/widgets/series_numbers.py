"""Which colour and shape a system has: the same in every view of a project, and no two alike in one view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import theme

if TYPE_CHECKING:
    from core.project.project import Project

_NUMBERS: dict[Path | None, dict[str, int]] = {}
"""Folder of a project → name → number, as `app.widgets.dot` draws it."""


def numbers_of(project: Project | None, names: Sequence[str]) -> dict[str, int]:
    """The number of each name, without remembering those that are new.

    A new one gets a number that the project has not used, while there are colours left. Where two known ones
    have the same number, the second makes way in this view.
    """
    known = _NUMBERS.get(_place(project), {})
    used = set(known.values())
    found: dict[str, int] = {}
    for name in names:
        number = known.get(name)
        if number is not None and number not in found.values():
            found[name] = number
    for name in names:
        if name not in found:
            taken = set(found.values()) | {known[other] for other in names if other in known}
            fresh = next((n for n in range(len(theme.tokens().series)) if n not in used | taken), None)
            found[name] = _first_free(taken) if fresh is None else fresh
    return found


def keep_numbers(project: Project | None, names: Sequence[str]) -> dict[str, int]:
    """The same, and remembered from now on."""
    found = numbers_of(project, names)
    kept = _NUMBERS.setdefault(_place(project), {})
    for name, number in found.items():
        kept.setdefault(name, number)
    return found


def kept_numbers(project: Project | None) -> dict[str, int]:
    """All that are remembered, as JSON data."""
    return dict(_NUMBERS.get(_place(project), {}))


def restore_numbers(project: Project | None, state: Any) -> None:
    """The reverse; bears whatever an older version wrote."""
    if isinstance(state, Mapping):
        kept = _NUMBERS.setdefault(_place(project), {})
        for name, number in state.items():
            if isinstance(number, int) and number >= 0:
                kept.setdefault(str(name), number)


def _place(project: Project | None) -> Path | None:
    return project.folder if project is not None else None


def _first_free(taken: Iterable[int]) -> int:
    used = set(taken)
    return next(number for number in range(len(used) + 1) if number not in used)
