"""Where things lie on this machine: settings, caches, the user's data, and what ships with the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs


def config_folder() -> Path:
    """Settings: the environment variable ``LEXIGRAFT_CONFIG``, or the system's place for them."""
    return _folder("LEXIGRAFT_CONFIG", platformdirs.user_config_dir)


def cache_folder() -> Path:
    """What can be made again: ``LEXIGRAFT_CACHE``, or the system's place for caches."""
    return _folder("LEXIGRAFT_CACHE", platformdirs.user_cache_dir)


def data_folder() -> Path:
    """What the user keeps, the sample project among it: ``LEXIGRAFT_DATA``, or the system's place."""
    return _folder("LEXIGRAFT_DATA", platformdirs.user_data_dir)


def resources_folder() -> Path:
    """``resources/``: beside the source, inside an installed package, or inside a frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    here = Path(__file__).resolve().parent
    installed = here / "_resources"
    return installed if installed.is_dir() else here.parent / "resources"


def _folder(variable: str, system: Callable[..., str]) -> Path:
    given = os.environ.get(variable)
    return Path(given) if given else Path(system("lexigraft", appauthor=False))
