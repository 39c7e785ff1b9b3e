from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from core.jobs import machine


def test_that_versions_are_those_installed() -> None:
    found = machine.versions()
    assert found["torch"] == version("torch")
    assert found["python"].split(".")[:2] == [str(part) for part in sys.version_info[:2]]


def test_that_finding_out_imports_nothing_heavy() -> None:
    code = (
        "import sys; from core.jobs import executors, machine; machine.provenance(seed=1); "
        "print([m for m in ('torch', 'numpy', 'transformers', 'tokenizers') if m in sys.modules])"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_that_a_processor_without_a_name_is_told_by_its_architecture(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    assert machine._from_cpuinfo(cpuinfo) == ""
    cpuinfo.write_text("processor\t: 0\nCPU implementer\t: 0x41\n")
    assert machine._from_cpuinfo(cpuinfo) == ""
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Ryzen: 7\n")
    assert machine._from_cpuinfo(cpuinfo) == "Ryzen: 7"
    assert machine.processor()


def test_that_at_least_one_core_can_be_used() -> None:
    assert machine.usable_cores() >= 1
