"""Start-up. No arguments: the desktop; anything else: the command line.

Nothing is imported at module level but the lightest of the standard library: the first window waits for it,
and a child process that is spawned imports this module again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main(argv: Sequence[str] | None = None) -> int:
    """The `lexigraft` command; the exit code."""
    _serve_if_child()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and not _for_the_desktop(arguments):
        from core.cli import main as command_line

        if "--self-test" in arguments:
            from app.self_test import checks

            return command_line(arguments, checks=checks())
        return command_line(arguments)
    if not _has_display():
        from core.cli import main as command_line

        return command_line(["sample"])
    return _desktop(arguments)


def desktop(argv: Sequence[str] | None = None) -> int:
    """The `lexigraft-desktop` command: always the window."""
    _serve_if_child()
    return _desktop(list(sys.argv[1:] if argv is None else argv))


def _serve_if_child() -> None:
    """In a frozen program, a child process begins here like any other start; this is where it turns off."""
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()


def _for_the_desktop(arguments: list[str]) -> bool:
    """Whether these are the window's own options, or a project to open in it, as a double click gives."""
    import argparse

    parser = _parser(exit_on_error=False)
    try:
        options, others = parser.parse_known_args(arguments)
    except (argparse.ArgumentError, SystemExit):
        return False
    return not others and (options.path is None or options.path.suffix == ".lexigraft")


def _parser(*, exit_on_error: bool = True) -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        "lexigraft-desktop",
        description="The Lexigraft window.",
        add_help=exit_on_error,
        exit_on_error=exit_on_error,
    )
    parser.add_argument("path", nargs="?", type=Path, help="a project.lexigraft to open")
    parser.add_argument("--project", type=Path, metavar="DIR", help="the project to open")
    parser.add_argument(
        "--engine",
        choices=("process", "thread"),
        default="process",
        help="where jobs run: in a process of their own (default), or in a thread of this one, for debugging",
    )
    parser.add_argument("--reset-layout", action="store_true", help="forget where the window was")
    parser.add_argument("--safe", action="store_true", help="open no project and look as at the first start")
    return parser


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _desktop(arguments: list[str]) -> int:
    from app.desktop import run

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if not arguments:
        return run()
    options = _parser().parse_args(arguments)
    return run(
        project=options.project or options.path,
        engine=options.engine,
        reset_layout=options.reset_layout,
        safe=options.safe,
    )


if __name__ == "__main__":
    sys.exit(main())
