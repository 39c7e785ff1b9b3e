"""From a finished job to a finished run: its files settled, its figures read off, its folder put in place."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from core.errors import UserError
from core.jobs.events import Finished
from core.jobs.registry import job_kind
from core.jobs.request import Metric, Result
from core.project.portable import map_strings, replace_prefixes
from core.project.publishing import CHECKPOINT, StagedFile, move, settle
from core.project.records import RunRecord
from core.project.recovery import has_checkpoint, remove

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What one transaction records of a run."""

    finished: Finished
    files: list[StagedFile]
    summary: str = ""
    metrics: tuple[Metric, ...] = ()
    headline: Metric | None = None


def prepare(run: RunRecord, finished: Finished, staging: Path, target: Path) -> Outcome:
    """Hash and flush the staged files, and read the figures off the result.

    Paths in the result that lead into `staging` lead into `target` afterwards.
    """
    files = settle(staging) if finished.status == "done" and staging.is_dir() else []
    if finished.result is None:
        return Outcome(finished, files)
    moved = [(str(staging), str(target)), (str(staging.resolve()), str(target.resolve()))]
    result = map_strings(finished.result, lambda text: replace_prefixes(text, moved))
    finished = finished.model_copy(update={"result": {**result, "run": run.id}})
    figures = _figures(run.kind, result)
    if figures is None:
        return Outcome(finished, files)
    return Outcome(finished, files, figures.summary(), tuple(figures.metrics()), figures.headline())


@contextlib.contextmanager
def published(outcome: Outcome, staging: Path, target: Path) -> Iterator[None]:
    """The folder renamed into place around the transaction that names it; renamed back if that fails."""
    try:
        if outcome.files:
            if target.exists():  # of a run that this database does not know: an older copy of it was restored
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
                move(target, target.with_name(f"{target.name}.found-{stamp}"))
            move(staging, target)
        yield
    except BaseException:
        if outcome.files and target.exists() and not staging.exists():
            with contextlib.suppress(OSError):
                target.replace(staging)
        raise


def tidy(outcome: Outcome, staging: Path, target: Path) -> None:
    """Remove what a recorded run no longer needs. What cannot be removed now goes at the next open."""
    with contextlib.suppress(OSError):
        if outcome.finished.status == "done":
            remove(target / CHECKPOINT)
            remove(staging)
        elif not has_checkpoint(staging):
            remove(staging)


def _figures(kind: str, result: dict[str, object]) -> Result | None:
    try:
        return job_kind(kind).result.model_validate(result)
    except (UserError, ValidationError):
        # The run is worth keeping without them.
        _log.exception("no figures could be read from the result of a %s run", kind)
        return None
