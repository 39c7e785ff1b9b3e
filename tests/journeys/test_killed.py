"""kill -9 in the middle: nothing finished is lost, and what was interrupted goes on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.project.project import Project
from core.project.records import RunRecord
from tests.journeys.conftest import PATIENCE, ROOT, Bench, Program
from tests.tiny_models import write_text

pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]

_RESUME = """
import sys
from core.catalog import load_catalog
from core.cli import main
from core.jobs.executors import ThreadExecutor
from core.project.execution import execute
from core.project.project import Project

load_catalog()
with Project.open(sys.argv[1]) as project:
    interrupted = next(run for run in project.runs() if run.status == "interrupted")
assert main(["runs", "resume", str(interrupted.id), "--project", sys.argv[1]]) == 0
with Project.open(sys.argv[1]) as project:
    again = project.add_run(interrupted.spec, title="Not interrupted").result()
    assert execute(project, again, ThreadExecutor()).error is None
"""
"""Goes on with the interrupted run, and runs it once more from the start, in the same process."""


def resume(project: Path) -> str:
    """In a new process; what it says on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _RESUME, str(project)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stderr


def kill_once(process: subprocess.Popen[str], there: Path) -> None:
    """Kill the process without a warning as soon as `there` exists."""
    until = time.monotonic() + PATIENCE
    while not there.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"{there} never came"
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert process.returncode == -9, "it ended before it could be killed"


def weights(project: Project, run: RunRecord) -> bytes:
    (record,) = [a for a in project.artifacts(run.id) if a.name.endswith("model.safetensors")]
    return project.artifact_path(record).read_bytes()


def test_that_a_training_killed_in_the_middle_ends_with_the_weights_of_one_that_was_not(
    bench: Bench, program: Program, command: Any
) -> None:
    small = ["--hidden-size", 16, "--layers", 1, "--heads", 2, "--context", 16, "--batch", 4]
    words = ["train", "--text", bench.text, "--vocab-size", 300, *small, "--project", bench.project]
    assert command(*words, "--steps", 2, "--title", "Finished").code == 0

    victim = program.start(*words, "--steps", 80, "--checkpoint-every", 0, "--seed", 3, "--title", "Killed")
    checkpoint = bench.project / "artifacts" / "2.partial" / "checkpoint" / "state.safetensors"
    kill_once(victim, checkpoint)
    with Project.open(bench.project) as project:
        killed, finished = project.runs()
        assert project.notices == [
            "Interrupted when Lexigraft last ended: Killed (run 2). Nothing finished is lost."
        ]
        assert (killed.status, finished.status) == ("interrupted", "done")
        assert checkpoint.is_file()
        assert not project.artifacts(killed.id)
        assert project.check().findings == {}

    assert re.search(r"Going on from step \d+\.", resume(bench.project))
    with Project.open(bench.project) as project:
        whole, resumed, _ = project.runs()
        assert (resumed.id, resumed.status, whole.status) == (2, "done", "done")
        assert weights(project, resumed) == weights(project, whole)
        assert not list(bench.project.glob("artifacts/*.partial"))
        assert project.check().findings == {}


def test_that_a_transplant_killed_in_the_middle_is_said_to_be_and_ends_like_one_that_was_not(
    bench: Bench, program: Program, command: Any
) -> None:
    long = write_text(bench.place / "long.txt", 60_000)
    assert command(*bench.transplant("--project", bench.project, "--title", "Finished")).code == 0

    words = bench.transplant("--text", long, "--project", bench.project, method="omp")
    victim = program.start(*words, "--k", 4, "--title", "Killed")
    kill_while_measuring(victim)
    with Project.open(bench.project) as project:
        killed, finished = project.runs()
        assert "Killed (run 2)" in project.notices[0]
        assert (killed.status, finished.status) == ("interrupted", "done")
        assert not project.artifacts(killed.id)
        assert weights(project, finished)
        assert project.check().findings == {}
        staging = bench.project / "artifacts" / "2.partial"
        assert not staging.exists() or list((staging / "checkpoint").iterdir())

    resume(bench.project)
    with Project.open(bench.project) as project:
        whole, resumed, _ = (project.run(run.id) for run in project.runs())
        assert (resumed.id, resumed.status, whole.status) == (2, "done", "done")
        assert weights(project, resumed) == weights(project, whole)
        assert resumed.result is not None
        assert whole.result is not None
        assert resumed.result["bits_per_byte"] == whole.result["bits_per_byte"]
        assert project.check().findings == {}


def kill_while_measuring(process: subprocess.Popen[str]) -> None:
    """Kill the process at its first word about measuring the text."""
    assert process.stderr is not None
    for line in process.stderr:
        if "easuring" in line:
            break
    process.kill()
    process.communicate()
    assert process.returncode == -9, "it ended before it could be killed"
