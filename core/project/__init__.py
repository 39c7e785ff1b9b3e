"""The project: a folder with a SQLite database of runs and the files that they wrote.

`Project` is imported when first asked for, since it brings SQLAlchemy along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.project.project import Project

__all__ = ["Project"]


def __getattr__(name: str) -> Any:
    if name == "Project":
        from core.project.project import Project

        return Project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
