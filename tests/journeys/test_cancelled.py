"""Ctrl-C: exit code 130, and nothing is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.project.project import Project
from tests.journeys.conftest import PATIENCE, Bench, Program
from tests.tiny_models import write_text

pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process"),
]


def interrupt(process: subprocess.Popen[str], word: str) -> tuple[str, str]:
    """Press Ctrl-C at the first line of progress that says `word`; what it wrote after."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if word in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    return out, "".join(seen) + err


def test_that_a_cancelled_transplant_leaves_nothing(
    bench: Bench, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    long = write_text(tmp_path / "long.txt", 60_000)
    process = program.start(*bench.transplant("--text", long, "--out", bench.place / "out", "--json"))
    out, err = interrupt(process, "easuring")
    assert process.returncode == 130, err
    assert json.loads(out) == {"run": None, "status": "cancelled"}
    assert err.splitlines()[-1] == "Cancelled."
    assert "Traceback" not in err
    assert list(bench.place.iterdir()) == []
    assert not [path for path in temporary.iterdir() if not path.name.startswith("torch")]


def test_that_a_cancelled_training_is_recorded_as_that_and_keeps_no_files(
    bench: Bench, program: Program
) -> None:
    small = ["--hidden-size", 16, "--layers", 1, "--heads", 2, "--context", 16, "--batch", 4]
    words = ["train", "--text", bench.text, "--vocab-size", 300, *small, "--steps", 100_000]
    process = program.start(*words, "--project", bench.project)
    _, err = interrupt(process, "Training")
    assert process.returncode == 130, err
    assert "Traceback" not in err
    with Project.open(bench.project) as project:
        (run,) = project.runs()
        assert (run.status, project.notices) == ("cancelled", [])
        assert not project.artifacts(run.id)
        assert project.check().findings == {}
