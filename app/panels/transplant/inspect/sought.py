"""What is looked into: a transplanted model, and what a run of the project knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.transplant.inspect.request import Place

if TYPE_CHECKING:
    from core.project.project import Project
    from core.project.records import RunRecord

KIND = "transplant"


@dataclass(frozen=True)
class Sought:
    """`source` and `token` say what to show of it: all tokens, and none in full, by default."""

    place: Place
    source: str = ""
    token: int | None = None


def place_of_run(run: RunRecord) -> Place | None:
    """Where a finished transplant lies, and what it was made of; None of any other run.

    Looks at the disk: what is not there any more is left out. Not for the main thread.
    """
    if run.kind != KIND or run.result is None or not run.result.get("out"):
        return None
    texts = [Path(path) for path in run.request.get("text", ())]
    most = run.request.get("max_bytes")
    return Place(
        model=Path(run.result["out"]),
        base=_there(run.result.get("base")),
        donor=_there(run.result.get("donor")),
        text=tuple(path for path in texts if path.is_file()),
        max_bytes=most if isinstance(most, int) else None,
    )


def place_of(project: Project | None, model: Path, base: Path | None) -> Place:
    """A folder that a person chose: as its run made it, if that is in the project.

    `base` is what the person chose besides, and comes before what the run says.
    """
    for run in _transplants(project):
        place = place_of_run(run)
        if place is not None and place.model == model:
            return place if base is None else place.model_copy(update={"base": base})
    return Place(model=model, base=base)


def latest_place(project: Project | None) -> tuple[int, Place] | None:
    """The newest finished transplant whose model is there still: its run and where it lies."""
    for run in _transplants(project):
        place = place_of_run(run)
        if place is not None and place.model.is_dir():
            return run.id, place
    return None


def _transplants(project: Project | None) -> list[RunRecord]:
    """The finished ones with their results, the newest first."""
    if project is None:
        return []
    return [project.run(run.id) for run in project.runs() if run.kind == KIND and run.status == "done"]


def _there(path: Any) -> Path | None:
    return Path(path) if isinstance(path, str) and path and Path(path).exists() else None
