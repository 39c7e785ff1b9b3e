"""What only a process of its own can do: die, be killed, be kept, keep quiet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.jobs.events import Partial, Progress
from core.jobs.process import STARTING, ProcessExecutor
from tests.core.jobs.test_executors import Run, wait_for

ROOT = Path(__file__).parents[3]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture
def executor() -> Iterator[ProcessExecutor]:
    made = ProcessExecutor(patience=0.2, ahead=())
    yield made
    made.close()


@pytest.fixture
def run(executor: ProcessExecutor, tmp_path: Path) -> Run:
    return Run(executor, tmp_path)


def process_of(run: Run) -> int:
    result = run().result
    assert result is not None
    return int(result["process"])


def test_that_jobs_share_a_process_that_is_not_this_one(run: Run) -> None:
    first = process_of(run)
    assert first != os.getpid()
    assert process_of(run) == first


def test_that_a_job_that_must_wait_for_the_process_says_so(run: Run) -> None:
    run()
    assert run.of(Progress)[0].stage == STARTING
    run.heard.clear()
    run()
    assert STARTING not in [event.stage for event in run.of(Progress)]


@posix
@pytest.mark.parametrize(
    ("do", "cause", "trace"),
    [
        ("kill", "SIGKILL), probably because it was out of memory", ""),
        ("crash", "it crashed: an invalid memory access, SIGSEGV", "in crash"),
        ("abort", "it crashed: a library gave up, SIGABRT", "probes.py"),
        ("leave", "it ended with exit code 3", ""),
    ],
)
def test_that_a_dead_process_ends_the_run_and_the_next_one_works(
    run: Run, do: str, cause: str, trace: str
) -> None:
    finished = run(do)
    assert finished.status == "failed"
    assert run.heard[-1] is finished
    assert finished.error is not None
    assert finished.error.kind == "engine"
    assert cause in finished.error.message
    assert trace in finished.error.traceback
    assert finished.provenance is not None
    run.heard.clear()
    assert run().status == "done"


@posix
def test_that_a_process_killed_by_another_program_is_told_of(run: Run) -> None:
    run.act = lambda event: (
        os.kill(event.data["process"], signal.SIGTERM) if isinstance(event, Partial) else None
    )
    finished = run("ignore everything")
    assert finished.error is not None
    assert "ended it (SIGTERM)" in finished.error.message


def test_that_a_process_that_died_between_two_jobs_is_replaced(run: Run) -> None:
    first = process_of(run)
    psutil.Process(first).kill()
    wait_for(lambda: gone(first))
    assert process_of(run) != first


def test_that_a_death_that_is_only_seen_when_a_job_is_sent_costs_no_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = process_of(run)
    psutil.Process(first).kill()
    wait_for(lambda: gone(first))
    monkeypatch.setattr("core.jobs.process._EngineProcess.alive", True)  # as it looks for a moment
    assert process_of(run) != first


def test_that_a_process_that_can_no_longer_use_the_graphics_card_is_replaced(run: Run) -> None:
    first = process_of(run)
    error = run("lose the card").error
    assert error is not None
    assert error.kind == "fault"
    assert process_of(run) != first


def test_that_a_job_that_does_not_stop_is_killed_and_counts_as_stopped(run: Run) -> None:
    run.act = lambda event: run.control.cancel() if isinstance(event, Partial) else None
    assert run("ignore everything").status == "cancelled"
    run.control, run.act = type(run.control)(), lambda event: None
    assert run().status == "done"


def test_that_a_late_press_does_not_reach_the_next_job(run: Run) -> None:
    run()
    earlier, run.control = run.control, type(run.control)()
    run.act = lambda event: earlier.cancel()
    assert run().status == "done"


def test_that_who_listens_and_fails_ends_the_process(run: Run) -> None:
    processes: list[int] = []

    def fail(event: object) -> None:
        if isinstance(event, Partial):
            processes.append(event.data["process"])
            raise KeyError("nobody home")

    run.act = fail
    with pytest.raises(KeyError):
        run("wait")
    assert gone(processes[0])


def test_that_closing_ends_the_process_and_leaves_no_file(
    executor: ProcessExecutor, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    process = process_of(run)
    executor.close()
    assert gone(process)
    assert not list((tmp_path / "temporary").iterdir())
    assert process_of(run) != process


def test_that_torch_is_imported_before_the_first_job_and_never_in_the_parent(tmp_path: Path) -> None:
    script = _PREPARED + (
        "first = run(ProcessExecutor(), 'look for torch', sys.argv[1])\n"
        "print(first.result['said'], 'torch' in sys.modules)\n"
    )
    assert output_of(script, tmp_path).split() == ["True", "False"]


def test_that_a_job_cannot_write_to_the_standard_output(tmp_path: Path) -> None:
    script = _PREPARED + "print(run(ProcessExecutor(ahead=()), 'say much', sys.argv[1]).status)\n"
    assert output_of(script, tmp_path) == "done\n"


@posix
def test_that_control_c_in_a_terminal_stops_the_job_without_a_trace(tmp_path: Path) -> None:
    script = _PREPARED + (
        "import core.cli\n"
        "core.cli.load_catalog = lambda: (probes.PROBE,)\n"
        "sys.exit(core.cli.main(['jobs-probe', '--do', 'wait', '--engine', 'process', '--json']))\n"
    )
    program = start(script, tmp_path, start_new_session=True)
    assert program.stderr is not None
    heard = ""
    while STARTING not in heard:
        heard = program.stderr.readline()
    wait_for(lambda: bool(psutil.Process(program.pid).children()))
    os.killpg(program.pid, signal.SIGINT)  # what a terminal does
    said, complaint = program.communicate(timeout=100)
    assert program.returncode == 130
    assert said == '{"run": null, "status": "cancelled"}\n'
    assert "Traceback" not in complaint
    assert complaint.endswith("Cancelled.\n")


@posix
def test_that_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = _PREPARED + (
        "def say(event):\n"
        "    if event.type == 'partial':\n"
        "        print(event.data['process'], flush=True)\n"
        "run(ProcessExecutor(ahead=()), 'ignore everything', sys.argv[1], say)\n"
    )
    program = start(script, tmp_path)
    assert program.stdout is not None
    orphan = int(program.stdout.readline())
    program.kill()
    program.communicate()
    wait_for(lambda: gone(orphan))


_PREPARED = """
import sys
from pathlib import Path
from core.jobs.context import Control
from core.jobs.process import ProcessExecutor
from core.jobs.request import RunSpec
from tests.core.jobs import probes

def run(executor, do, workdir, on_event=lambda event: None):
    spec = RunSpec(kind="jobs-probe", request={"do": do})
    return executor.run(spec, workdir=Path(workdir), on_event=on_event, control=Control())

"""


def start(script: str, workdir: Path, **options: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(workdir)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[arg-type]
    )


def output_of(script: str, workdir: Path) -> str:
    program = start(script, workdir)
    said, complaint = program.communicate(timeout=100)
    assert program.returncode == 0, complaint
    return said


def gone(process: int) -> bool:
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
