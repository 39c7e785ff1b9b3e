"""Whether the files of a tokenizer are still those that were read."""

from __future__ import annotations

from pathlib import Path

ENDINGS = {".json", ".model", ".tiktoken", ".gguf", ".txt", ".jinja", ".vocab"}
"""Files of a folder whose change makes its tokenizer another one."""
_MOST = 200

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size, of each file that a tokenizer may be read from."""


def stamp(path: Path) -> Stamp:
    """Empty where there is no such file: the name of an encoding, or an error that opening it will tell."""
    try:
        if not path.is_dir():
            found = path.stat()
            return ((path.name, found.st_mtime_ns, found.st_size),)
        entries = [entry for entry in path.iterdir() if entry.suffix.lower() in ENDINGS]
        stats = [(entry.name, entry.stat()) for entry in sorted(entries)[:_MOST]]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
    except OSError:
        return ()
