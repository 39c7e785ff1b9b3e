"""What is put right when a project is opened after a crash, a kill or a power cut."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from core.project.publishing import CHECKPOINT, move

PARTIAL = ".partial"
_RUN_FOLDER = re.compile(r"(\d+)(\.partial)?")


def run_folders(artifacts: Path) -> dict[Path, tuple[int, bool]]:
    """The folders that belong to runs, each with its run and whether it is still staging."""
    found: dict[Path, tuple[int, bool]] = {}
    if artifacts.is_dir():
        for path in artifacts.iterdir():
            match = _RUN_FOLDER.fullmatch(path.name)
            if match:
                found[path] = (int(match[1]), match[2] is not None)
    return found


def has_checkpoint(staging: Path) -> bool:
    checkpoint = staging / CHECKPOINT
    return checkpoint.is_dir() and not staging.is_symlink() and any(checkpoint.iterdir())


def sweep(folders: dict[Path, tuple[int, bool]], statuses: dict[int, str], living: set[int]) -> None:
    """Remove what no run will need.

    Args:
        folders: what `run_folders` found.
        statuses: the status of every run.
        living: runs that another process is working on; their folders are left alone.

    A published folder whose run is not *done* was renamed just before a crash kept the transaction from
    committing: it goes back to staging. Staging folders stay while they hold a checkpoint to resume from.
    A published folder of no run at all is left for *Check project* to report.
    """
    for path, (run, staging) in folders.items():
        status = statuses.get(run)
        if run in living:
            continue
        if not staging and status == "done":
            remove(path / CHECKPOINT)
        elif not staging and status is not None:
            partial = path.with_name(path.name + PARTIAL)
            remove(partial)
            move(path, partial)
            path, staging = partial, True
        if staging and (status in (None, "done") or not has_checkpoint(path)):
            remove(path)


def remove(path: Path) -> None:
    """Delete a folder tree, or the link alone where a link stands in its place."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
