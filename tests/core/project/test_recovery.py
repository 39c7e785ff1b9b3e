"""After a kill or a crash the project opens, says what happened, and has lost nothing that was finished."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.jobs.events import Finished
from core.project.project import Project

ROUNDS = int(os.environ.get("LEXIGRAFT_KILL_ROUNDS", "3"))
"""A nightly run sets some hundreds."""

_VICTIM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from core.jobs.events import Finished
from core.jobs.registry import JobKind, declare
from core.jobs.request import Request, Result, RunSpec
from core.project.project import Project
declare(JobKind("probe", "Probe", "", Request, Result, "nowhere:nothing", ("probe",)))
project = Project.open(sys.argv[1])
print("ready", flush=True)
while True:
    run = project.add_run(RunSpec(kind="probe", request={})).result()
    project.start_run(run).result()
    workdir = project.run_workdir(run)
    (workdir / "checkpoint").mkdir()
    for name in "abc":
        (workdir / name).write_bytes(name.encode() * 50_000)
    if run % 2:
        (workdir / "checkpoint" / "step").write_text("1")
    project.finish_run(run, Finished(status="done", result={})).result()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_that_a_killed_process_loses_no_finished_run(tmp_path):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    folder = tmp_path / "lab"
    Project.create(folder).close()
    finished: set[int] = set()
    for _ in range(ROUNDS):
        victim = subprocess.Popen(
            [sys.executable, "-c", _VICTIM, str(folder), str(Path(__file__).parents[3])],
            stdout=subprocess.PIPE,
        )
        assert victim.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.05, 0.3))  # the random moment of the kill
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
        began = time.process_time()
        with Project.open(folder, trusted=False) as project:
            assert time.process_time() - began < 1.0
            runs = {run.id: run for run in project.runs()}
            assert {run.status for run in runs.values()} <= {"done", "interrupted", "queued"}
            assert finished <= {run for run, record in runs.items() if record.status == "done"}
            finished = {run for run, record in runs.items() if record.status == "done"}
            assert {artifact.run for artifact in project.artifacts()} == finished
            assert project.check().findings == {}
            for staging in folder.glob("artifacts/*.partial"):
                assert runs[int(staging.stem)].status == "interrupted"
                assert (staging / "checkpoint" / "step").exists()
    assert finished, "the victim lived long enough to finish something"


def test_that_a_run_left_running_is_interrupted_and_said_so(lab, tmp_path):
    run, queued = lab.start("Training prose"), lab.queue("Later")
    _die(lab.project)
    with Project.open(tmp_path / "lab") as project:
        assert project.run(run).status == "interrupted"
        assert project.run(queued).status == "queued"
        assert project.notices == [
            f"Interrupted when Lexigraft last ended: Training prose (run {run}). Nothing finished is lost."
        ]
    with Project.open(tmp_path / "lab") as project:
        assert project.notices == []


def test_that_staging_folders_go_unless_they_hold_a_checkpoint(lab, tmp_path):
    lost, resumable, empty = lab.start(), lab.start(), lab.start()
    lab.stage(lost, half="h")
    for run, files in ((resumable, ["step"]), (empty, [])):
        checkpoint = lab.stage(run, half="h") / "checkpoint"
        checkpoint.mkdir()
        for name in files:
            (checkpoint / name).write_text("7")
    unknown = tmp_path / "lab" / "artifacts" / "77.partial"
    unknown.mkdir()
    notes = tmp_path / "lab" / "artifacts" / "my notes"
    notes.mkdir()
    _die(lab.project)
    with Project.open(tmp_path / "lab") as project:
        assert {path.name for path in (tmp_path / "lab" / "artifacts").iterdir()} == {
            f"{resumable}.partial",
            "my notes",
        }
        project.requeue_run(resumable).result()
        project.start_run(resumable).result()
        assert (project.run_workdir(resumable) / "checkpoint" / "step").read_text() == "7"


def test_that_files_renamed_just_before_a_crash_go_back_to_staging(lab, tmp_path):
    """The kill fell between the rename and the commit."""
    resumable, lost = lab.start(), lab.start()
    (lab.stage(resumable, weights="w") / "checkpoint").mkdir()
    (lab.project.run_workdir(resumable) / "checkpoint" / "step").write_text("7")
    lab.stage(lost, weights="w")
    for run in (resumable, lost):
        lab.project.run_workdir(run).rename(lab.project.run_folder(run))
    _die(lab.project)
    with Project.open(tmp_path / "lab") as project:
        assert {path.name for path in (tmp_path / "lab" / "artifacts").iterdir()} == {f"{resumable}.partial"}
        assert project.run(lost).status == "interrupted"
        project.requeue_run(resumable).result()
        project.start_run(resumable).result()
        project.finish_run(resumable, Finished(status="done", result={})).result()
        assert [file.name for file in project.artifacts(resumable)] == ["weights.txt"]


def test_that_a_link_in_place_of_a_run_folder_is_removed_and_what_it_points_to_is_not(lab, tmp_path):
    precious = tmp_path / "precious"
    (precious / "checkpoint").mkdir(parents=True)
    (precious / "checkpoint" / "thesis.txt").write_text("t")
    run = lab.start()
    (tmp_path / "lab" / "artifacts").mkdir(exist_ok=True)
    (tmp_path / "lab" / "artifacts" / f"{run}.partial").symlink_to(precious)
    _die(lab.project)
    with Project.open(tmp_path / "lab"):
        assert not (tmp_path / "lab" / "artifacts" / f"{run}.partial").is_symlink()
    assert (precious / "checkpoint" / "thesis.txt").read_text() == "t"


def _die(project: Project) -> None:
    """What a kill does, short of the kill: the lock is gone, nothing was told to the database."""
    os.close(project._session._descriptor)
    project._database.close()
    project._writer.close()
    project._session = None
