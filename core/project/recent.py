"""The projects opened lately, newest first; a small JSON file beside the user's other settings."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from core.project.publishing import write_file

KEPT = 20
CONFIG_VARIABLE = "LEXIGRAFT_CONFIG"


class RecentProject(BaseModel):
    model_config = ConfigDict(frozen=True)

    folder: Path
    name: str
    opened: datetime

    @property
    def present(self) -> bool:
        return self.folder.is_dir()


_LIST = TypeAdapter(list[RecentProject])


def config_folder() -> Path:
    """Where settings lie: the environment variable ``LEXIGRAFT_CONFIG``, or the system's place for them."""
    given = os.environ.get(CONFIG_VARIABLE)
    return Path(given) if given else Path(platformdirs.user_config_dir("lexigraft", appauthor=False))


def recent_projects() -> list[RecentProject]:
    """Newest first; those on a drive that is not there now too (`present` tells). Empty when unreadable."""
    try:
        return _LIST.validate_json(_file().read_bytes())
    except (OSError, ValidationError):
        return []


def remember(folder: Path, name: str) -> None:
    """Put a project at the top of the list. A settings folder that cannot be written is no reason to fail."""
    folder = folder.absolute()
    others = [project for project in recent_projects() if project.folder != folder]
    _save([RecentProject(folder=folder, name=name, opened=datetime.now(UTC)), *others][:KEPT])


def forget(folder: Path) -> None:
    """Take a project off the list; the project itself is not touched."""
    _save([project for project in recent_projects() if project.folder != folder.absolute()])


def _file() -> Path:
    return config_folder() / "recent.json"


def _save(projects: list[RecentProject]) -> None:
    data = json.dumps(_LIST.dump_python(projects, mode="json"), indent=1).encode()
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_file(_file(), data)
    except OSError:
        return
