"""Lay other people's programs in .peers, each in an environment of its own, to be compared with.

    .venv/bin/python packaging/peers.py mergekit ranx

mergekit 0.1.5 (LGPL; about 1 GB with what it needs) and ranx 0.3.21 (MIT) are nothing that Lexigraft builds
on, so they are never installed beside it: parity tests and benchmarks start them as programs. What both need,
torch above all, they get in the version that Lexigraft has.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".peers"
CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"

PEERS = {"mergekit": "mergekit==0.1.5", "ranx": "ranx==0.3.21"}
"""Name → what pip is asked for."""


def main(names: list[str]) -> int:
    if not names or not set(names) <= PEERS.keys():
        print(f"Name what to lay: {', '.join(PEERS)}.", file=sys.stderr)
        return 2
    for name in names:
        folder = FOLDER / name
        python = folder / "bin" / "python"
        if not python.exists():
            venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*command, PEERS[name], "--constraint", str(CONSTRAINTS)], check=False)
        if done.returncode:
            print(f"{name} could not be installed in {folder}.", file=sys.stderr)
            return done.returncode
        print(f"{name} is in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
