"""The models, tokenizers and texts that a form can offer: what ships, what the project has, recent picks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings
from core.folders import resources_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.project.project import Project

RECENT = 8
"""Picks remembered of each kind."""


@dataclass(frozen=True)
class KnownPath:
    """Something to pick. `group` says where it is known from."""

    path: Path
    label: str
    group: str


def known_paths(project: Project | None, kind: str) -> list[KnownPath]:
    """What there is of an input kind: ``model``, ``tokenizer`` or ``text``.

    Looks at the disk and at the project: not for the main thread.
    """
    found: dict[Path, KnownPath] = {}
    for known in (*_starters(kind), *_of_project(project, kind), *_recent(kind)):
        found.setdefault(known.path, known)
    return list(found.values())


def starter_texts() -> list[Path]:
    """The sample texts; what tells about them is none of them."""
    texts = (resources_folder() / "starter" / "texts").glob("*.txt")
    return sorted(texts)


def starter_models() -> list[Path]:
    return sorted(path.parent for path in (resources_folder() / "starter").glob("*/config.json"))


def remember_pick(kind: str, path: Path) -> None:
    """Put a path at the head of the recent picks of its kind."""
    settings = Settings()
    picks = [str(path), *(pick for pick in _picks(settings, kind) if pick != str(path))]
    settings.put(f"picks/{kind}", json.dumps(picks[:RECENT]))


def path_label(path: Path) -> str:
    """The name that tells it best: a ``tokenizer.json`` goes by its folder's, a run's output by the run's."""
    if path.parent.name.isdigit() and path.parent.parent.name == "artifacts":
        run = f"run {path.parent.name}"
        return run if path.name in ("model", "tokenizer") else f"{run}/{path.name}"
    return f"{path.parent.name}/{path.name}" if path.name == "tokenizer.json" else path.name or str(path)


def _starters(kind: str) -> Iterator[KnownPath]:
    paths = {"model": starter_models, "tokenizer": starter_models, "text": starter_texts}.get(kind)
    for path in paths() if paths else ():
        yield KnownPath(path, path_label(path), "comes with Lexigraft")


def _of_project(project: Project | None, kind: str) -> Iterator[KnownPath]:
    if project is None:
        return
    if kind in ("model", "tokenizer"):
        signs = ("config.json",) if kind == "model" else ("config.json", "tokenizer.json")
        titles = {run.id: run.title for run in project.runs()}
        for artifact in project.artifacts():
            if artifact.name.rpartition("/")[2] in signs and artifact.run in titles:
                folder = project.artifact_path(artifact).parent
                yield KnownPath(
                    folder, f"run {artifact.run} · {titles[artifact.run]}", "made in this project"
                )
    for asset in project.assets():
        if asset.present and (asset.kind == kind or (asset.kind, kind) == ("model", "tokenizer")):
            yield KnownPath(Path(asset.where), path_label(Path(asset.where)), "of this project")


def _recent(kind: str) -> Iterable[KnownPath]:
    for pick in _picks(Settings(), kind):
        named = kind == "tokenizer" and Path(pick).name == pick  # an encoding, not a file
        if named or Path(pick).exists():
            yield KnownPath(Path(pick), path_label(Path(pick)), "picked before")


def _picks(settings: Settings, kind: str) -> list[str]:
    try:
        picks = json.loads(settings.text(f"picks/{kind}", "[]"))
    except ValueError:
        return []
    return [pick for pick in picks if isinstance(pick, str)] if isinstance(picks, list) else []
