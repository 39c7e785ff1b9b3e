"""Who has the project open: one locked file a process, which the system unlocks when the process dies.

So a run that says *running* can be told from one whose process was killed, also while the command
line and the window have the same project open.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

FOLDER = ".sessions"


class ProjectSession:
    """This process's mark in `folder`, held until `release`.

    Raises `OSError` where nothing can be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(exist_ok=True)
        while True:
            self.id = uuid.uuid4().hex[:12]
            self._file = self._folder / self.id
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            if _lock(self._descriptor) and self._file.exists():
                return
            os.close(self._descriptor)  # another session swept the file before it was locked

    def lives(self, owner: str | None) -> bool:
        """Whether the session `owner`, this one or another, is still there."""
        if owner is None or not owner.isalnum():  # a name from the database may be anything
            return False
        return owner == self.id or _held(self._folder / owner)

    def others(self) -> int:
        """How many other sessions have the project open; marks of dead ones are swept."""
        living = 0
        for file in self._folder.iterdir():
            if file == self._file:
                continue
            if _held(file):
                living += 1
            else:
                file.unlink(missing_ok=True)
        return living

    def release(self) -> None:
        os.close(self._descriptor)
        self._file.unlink(missing_ok=True)


def _held(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        """False when another holds it. On a disk without locks every session counts as gone."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
