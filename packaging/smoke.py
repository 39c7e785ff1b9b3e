"""Build the frozen program, move it away from its source, and see that it works there.

    make package                          build, try, and state the size by part
    make package ARGS="--no-build"        try what stands in dist/

Ends with exit code 0 only when the program starts, passes its self-test and runs the sample graft
from another folder, with an empty environment and, where the system allows it, with the source and
the virtual environment hidden.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.terminal import table  # noqa: E402

PROGRAM = ROOT / "dist" / "lexigraft"
BUDGET = 1_500_000_000
"""Bytes on the disk that an installed program may take."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--no-build", action="store_true", help="try what stands in dist/")
    parser.add_argument("--no-sample", action="store_true", help="leave out the sample graft")
    options = parser.parse_args()
    if not options.no_build:
        build()
    with tempfile.TemporaryDirectory(prefix="lexigraft-elsewhere-") as folder:
        elsewhere = Path(folder)
        shutil.copytree(PROGRAM, elsewhere / "lexigraft", symlinks=True)
        failures = attempt(elsewhere, sample=not options.no_sample)
    size = state_size()
    if size > BUDGET:
        failures.append(f"{size:,} bytes are more than the {BUDGET:,} that are budgeted")
    for failure in failures:
        print(f"FAILED: {failure}")
    print(
        "The frozen program works away from its source."
        if not failures
        else "The frozen program does not work."
    )
    return 1 if failures else 0


def build() -> None:
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
         "--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build"),
         str(ROOT / "packaging" / "lexigraft.spec")],
        check=True,
    )  # fmt: skip
    print(f"Built {PROGRAM} in {time.monotonic() - began:.0f} s.", flush=True)


def attempt(elsewhere: Path, *, sample: bool) -> list[str]:
    """Run the copied program in every way that a newcomer does; what went wrong."""
    commands = [["--version"], ["--self-test"]]
    if sample:
        commands.append(["sample"])
    failures = []
    for words in commands:
        began = time.monotonic()
        print(f"\n$ lexigraft {' '.join(words)}", flush=True)
        done = subprocess.run(
            hidden([str(elsewhere / "lexigraft" / "lexigraft"), *words], elsewhere), cwd=elsewhere
        )
        print(f"({time.monotonic() - began:.1f} s)", flush=True)
        if done.returncode != 0:
            failures.append(f"lexigraft {' '.join(words)} ended with exit code {done.returncode}")
    return failures


def hidden(command: list[str], home: Path) -> list[str]:
    """`command` with an empty environment and, with the right to mount, without the source."""
    bare = [
        "env",
        "-i",
        f"HOME={home}",
        "PATH=/usr/bin:/bin",
        "LANG=C.UTF-8",
        "QT_QPA_PLATFORM=offscreen",
        *command,
    ]
    hide = f'mount -t tmpfs none "{ROOT}" && mount -t tmpfs none "{sys.base_prefix}" && exec "$@"'
    unshare = ["unshare", "--mount", "sh", "-c", hide, "sh"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        print("(the source could not be hidden: no right to mount)")
        return bare
    return [*unshare, *bare]


def state_size() -> int:
    """Print the program's size by part; the whole in bytes."""
    parts: Counter[str] = Counter()
    for file in PROGRAM.rglob("*"):
        if file.is_symlink() or not file.is_file():
            continue
        inside = file.relative_to(PROGRAM).parts
        part = inside[1] if inside[0] == "_internal" and len(inside) > 2 else "program and system libraries"
        parts[part.removesuffix(".libs").partition("-")[0]] += file.stat().st_size
    total = sum(parts.values())
    largest = parts.most_common(12)
    rows: list[list[object]] = [[name, f"{size / 1e6:,.1f}"] for name, size in largest]
    rows += [["everything else", f"{(total - sum(size for _, size in largest)) / 1e6:,.1f}"]]
    rows += [["all", f"{total / 1e6:,.1f}"]]
    print("\n" + table(["part", "MB"], rows))
    return total


if __name__ == "__main__":
    sys.exit(main())
