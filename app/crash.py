"""What is kept of a fault: a log, and the traces of a crash to show at the next start."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from core.folders import cache_folder

log = logging.getLogger("lexigraft")
LOG_BYTES = 1_000_000
_trace: IO[str] | None = None


def log_folder() -> Path:
    return cache_folder() / "log"


def keep_log() -> None:
    """Log to a file, begun anew when it has grown large; a native crash writes its traces to another.

    Nothing is sent anywhere. A folder that cannot be written is no reason not to start.
    """
    global _trace
    folder = log_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "desktop.log"
        if file.is_file() and file.stat().st_size > LOG_BYTES:
            file.replace(folder / "desktop.1.log")
        handler = logging.FileHandler(file, encoding="utf-8", delay=True)
        _trace = (folder / f"crash-{os.getpid()}.log").open("w", encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    faulthandler.enable(_trace)


def leave_no_trace() -> None:
    """After a clean end: there was no crash to tell of."""
    global _trace
    if _trace is not None:
        faulthandler.disable()
        path = Path(_trace.name)
        _trace.close()
        _trace = None
        path.unlink(missing_ok=True)


def last_crash() -> Path | None:
    """The trace of an earlier process that crashed, the newest; told of once. Sweeps what others left."""
    found: list[Path] = []
    for path in log_folder().glob("crash-*.log"):
        pid = path.stem.removeprefix("crash-")
        if not pid.isdigit() or _alive(int(pid)):
            continue
        try:
            if path.stat().st_size:
                found.append(path.replace(path.with_name(f"told-{path.name}")))
            else:
                path.unlink()
        except OSError:
            continue
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def catch_faults(tell: Callable[[BaseException], None]) -> None:
    """Log whatever nobody caught, on any thread, and `tell` it to the person."""

    def on_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("uncaught", exc_info=(kind, error, trace))
        tell(error)

    def on_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical("uncaught in %s", args.thread, exc_info=args.exc_value)
            tell(args.exc_value)

    sys.excepthook = on_main
    threading.excepthook = on_thread


def _alive(pid: int) -> bool:
    import psutil

    return pid == os.getpid() or psutil.pid_exists(pid)
