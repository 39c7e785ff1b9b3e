"""What a job runs on: versions, system, processor, threads. Nothing heavy is imported to find out."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.jobs.device import accelerator_name
from core.jobs.provenance import InputHash, Provenance

_PACKAGES = ("lexigraft", "torch", "transformers", "tokenizers", "safetensors", "numpy")


def provenance(*, seed: int, device: str = "cpu", inputs: list[InputHash] | None = None) -> Provenance:
    """Of a job that has just run in this process on `device`."""
    return Provenance(
        versions=versions(),
        platform=platform.platform(),
        processor=processor(),
        device=device,
        accelerator=accelerator_name(device),
        threads=threads(),
        seed=seed,
        inputs=inputs or [],
    )


@cache
def versions() -> dict[str, str]:
    """Of Python and of the installed packages that figures may depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # from source, or not part of this installation
            continue
    return found


@cache
def processor() -> str:
    """The processor's name where the system tells it, else its architecture."""
    name = ""
    if sys.platform == "linux":
        name = _from_cpuinfo(Path("/proc/cpuinfo"))
    elif sys.platform == "darwin":
        asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        name = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    else:
        name = platform.processor()
    return name or platform.machine()


def threads() -> int:
    """How many threads a computation uses: torch's setting where it is loaded, else the cores there are."""
    torch = sys.modules.get("torch")
    return int(torch.get_num_threads()) if torch is not None else usable_cores()


def usable_cores() -> int:
    """Physical cores, or fewer where this process may not run on all."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def _from_cpuinfo(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return ""
