"""How much memory there is, and how much a job took."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOOK_EVERY = 0.02
"""Seconds between two looks at how much memory the process has."""
_CGROUP = Path("/sys/fs/cgroup")


_keepers: list[Callable[[str, int], None]] = []


def kept_for_later(let_go: Callable[[str, int], None]) -> Callable[[str, int], None]:
    """Decorates what gives back memory that is only held to be quicker later.

    ``let_go(device, bytes)`` is called where so many bytes more are wanted than are free.
    """
    _keepers.append(let_go)
    return let_go


def free_memory(device: str = "cpu", *, wanted: int = 0) -> int:
    """Bytes that a job may still take on `device` without pushing anything else out.

    Where they are fewer than `wanted`, what is only kept for later goes first.
    """
    free = _free(device)
    for let_go in _keepers:
        if free < wanted:
            let_go(device, wanted - free)
            free = _free(device)
    return free


def _free(device: str) -> int:
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    free = int(psutil.virtual_memory().available)
    limit, taken = _number(_CGROUP / "memory.max"), _number(_CGROUP / "memory.current")
    if limit is not None and taken is not None:  # inside a container that may take less than the machine has
        free = min(free, max(0, limit - taken + _cached()))
    return free


class PeakMemory:
    """The most memory that this process had at once while it was measured, in bytes (resident set)."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._ended = threading.Event()
        self.bytes = 0

    @contextmanager
    def measured(self) -> Iterator[None]:
        _forget_record()
        before = _record()
        self._look()
        watcher = threading.Thread(target=self._watch, name="peak memory", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            self._ended.set()
            watcher.join()
            self._look()
            now = _record()
            if now > before:  # exact, where looking now and then misses peaks
                self.bytes = max(self.bytes, now)

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_EVERY):
            self._look()

    def _look(self) -> None:
        self.bytes = max(self.bytes, int(self._process.memory_info().rss))


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such limit; or it says "max"
        return None


def _cached() -> int:
    """Bytes of files that count as taken in this container, but are given up when memory is short."""
    try:
        lines = (_CGROUP / "memory.stat").read_text(encoding="ascii").splitlines()
        return int(dict(line.split() for line in lines)["inactive_file"])
    except (OSError, ValueError, KeyError):
        return 0


# The most memory that the process has ever had at once, as the system recorded it.
if sys.platform == "win32":

    def _record() -> int:
        import psutil

        return int(psutil.Process().memory_info().peak_wset)

elif sys.platform == "linux":

    def _record() -> int:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
        return int(found[1]) * 1024 if found else 0

else:
    import resource

    def _record() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on a Mac


def _forget_record() -> None:
    """Where the system can, so that also a peak below that of an earlier job is exact."""
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
