"""What every executor does, asked of each."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs.context import Control
from core.jobs.events import EVENT, Finished, Log, Partial, Progress
from core.jobs.executors import Executor, ProcessExecutor, ThreadExecutor
from core.jobs.request import RunSpec
from tests.core.jobs import probes


@pytest.fixture(scope="module", params=["thread", "process"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = ThreadExecutor() if request.param == "thread" else ProcessExecutor(ahead=())
    made.warm()
    yield made
    made.close()


class Run:
    """Runs probes with `executor`, and keeps what is heard."""

    def __init__(self, executor: Executor, workdir: Path) -> None:
        self.executor = executor
        self.workdir = workdir
        self.control = Control()
        self.heard: list[Any] = []
        self.act: Callable[[Any], None] = lambda event: None

    def __call__(self, do: str = "count", *, seed: int = 0, device: str = "auto", **request: Any) -> Finished:
        asked = {key: str(value) if isinstance(value, Path) else value for key, value in request.items()}
        spec = RunSpec(kind="jobs-probe", request={"do": do, **asked}, seed=seed, device=device)
        return self.executor.run(spec, workdir=self.workdir, on_event=self.hear, control=self.control)

    def hear(self, event: Any) -> None:
        self.heard.append(event)
        self.act(event)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]


@pytest.fixture
def run(executor: Executor, tmp_path: Path) -> Run:
    return Run(executor, tmp_path)


def test_that_a_job_is_heard_from_its_first_step_to_its_end(run: Run) -> None:
    finished = run()
    assert finished.status == "done"
    assert run.heard[-1] is finished
    assert len(run.of(Finished)) == 1
    assert [event.data["step"] for event in run.of(Partial)] == [0, 1, 2]
    assert [event.stage for event in run.of(Progress)][-1] == "counting"
    assert [(event.level, event.message) for event in run.of(Log)] == [
        ("warning", "Counting is slow."),
        ("info", "counted"),
    ]
    assert (run.workdir / "notes" / "steps.txt").read_text() == "3"


def test_that_who_ran_the_job_fills_in_what_the_job_cannot_know(run: Run) -> None:
    result = run().result
    assert result is not None
    assert result["run"] is None
    assert 0 < result["seconds"] < 60
    assert result["peak_memory_bytes"] > 10_000_000
    assert result["warnings"] == ["Counting is slow."]
    assert probes.ProbeResult.model_validate(result).counted == 3


def test_that_every_event_survives_a_round_trip_through_json(run: Run) -> None:
    run()
    run("fail")
    for event in run.heard:
        again = EVENT.validate_json(event.model_dump_json())
        assert str(again) == str(event)  # a NaN equals nothing, itself included
    assert math.isnan(run.of(Partial)[0].data["loss"])


def test_that_a_large_result_with_a_figure_that_is_none_arrives_whole(run: Run) -> None:
    result = run("say much", size=3_000_000).result
    assert result is not None
    assert len(result["said"]) == 3_000_000
    assert math.isnan(result["loss"])


def test_that_a_job_stops_at_its_next_report(run: Run) -> None:
    run.act = lambda event: run.control.cancel() if isinstance(event, Partial) else None
    finished = run("wait")
    assert finished.status == "cancelled"
    assert (finished.result, finished.error) == (None, None)
    assert run.heard[-1] is finished


def test_that_a_job_that_stops_gives_what_it_has(run: Run) -> None:
    run.act = lambda event: run.control.cancel() if isinstance(event, Partial) else None
    finished = run("wait and tell")
    assert (finished.status, finished.error) == ("cancelled", None)
    result = finished.result
    assert result is not None
    assert result["counted"] >= 1
    assert result["warnings"] == ["Waiting is slow."]
    assert result["seconds"] > 0
    assert result["peak_memory_bytes"] > 0
    assert run.heard[-1] is finished


def test_that_a_job_cancelled_before_it_starts_does_nothing(run: Run) -> None:
    run.control.cancel()
    assert run().status == "cancelled"
    assert not run.of(Partial)
    assert not list(run.workdir.iterdir())


def test_that_a_paused_job_stands_still_until_it_goes_on(run: Run, tmp_path: Path) -> None:
    ends: list[Finished] = []
    runner = threading.Thread(target=lambda: ends.append(run("wait", until=tmp_path / "end")))
    began = time.monotonic()
    runner.start()
    wait_for(lambda: bool(run.of(Partial)))
    run.control.pause()

    def stands_still() -> bool:
        before = len(run.heard)
        time.sleep(0.25)  # the job says something every few milliseconds, unless it is paused
        return len(run.heard) == before

    wait_for(stands_still)
    still_since = time.monotonic()
    time.sleep(0.25)
    (tmp_path / "end").touch()
    still = time.monotonic() - still_since
    run.control.resume()
    runner.join(60)
    result = ends[0].result
    assert result is not None
    assert result["seconds"] < time.monotonic() - began - still + 0.1


def test_that_a_paused_job_can_be_stopped(run: Run) -> None:
    run.control.pause()
    stopper = threading.Timer(0.05, run.control.cancel)
    stopper.start()
    assert run("wait").status == "cancelled"
    stopper.join()


def test_that_the_worlds_fault_is_a_sentence_beside_its_field(run: Run) -> None:
    error = run("refuse").error
    assert error is not None
    assert (error.kind, error.message, error.field, error.traceback) == (
        "user",
        "numbers.txt is empty; choose another.",
        "text",
        "",
    )


@pytest.mark.parametrize(
    ("do", "cause", "place"),
    [
        ("fail", "ZeroDivisionError: never mind", "in fail"),
        ("panic", "PanicException: index out of bounds", "in panic"),
        ("exit", "SystemExit: 4", "probes.py"),
        ("return nothing of use", "the job returned dict, which is no result", "in perform"),
    ],
)
def test_that_a_fault_ends_the_run_with_its_traceback_and_the_next_run_works(
    run: Run, do: str, cause: str, place: str
) -> None:
    finished = run(do)
    assert finished.status == "failed"
    assert finished.error is not None
    assert finished.error.kind == "fault"
    assert cause in finished.error.message
    assert place in finished.error.traceback
    assert run.heard[-1] is finished
    assert run().status == "done"


def test_that_a_job_that_runs_out_of_memory_says_so(run: Run) -> None:
    error = run("run out of memory").error
    assert error is not None
    assert error.kind == "memory"
    assert error.message.startswith("The memory was not enough for this run. Close other programs, or")


def test_that_the_peak_of_memory_is_that_of_the_run(run: Run) -> None:
    small = run().result
    large = run("take memory", size=60_000_000).result
    after = run().result
    assert small is not None
    assert large is not None
    assert after is not None
    assert large["peak_memory_bytes"] > small["peak_memory_bytes"] + 40_000_000
    assert after["peak_memory_bytes"] < large["peak_memory_bytes"] - 40_000_000


def test_that_an_interrupt_of_the_calling_thread_passes(tmp_path: Path) -> None:
    """It is not the job's to end by: whoever pressed Ctrl-C twice does not want to wait."""
    run = Run(ThreadExecutor(), tmp_path)

    def interrupt(event: Any) -> None:
        raise KeyboardInterrupt

    run.act = interrupt
    with pytest.raises(KeyboardInterrupt):
        run()
    assert not run.of(Finished)


@pytest.mark.parametrize(
    ("kind", "request_", "field", "words"),
    [
        ("jobs-probe", {"steps": 0}, "steps", "must be at least 1"),
        ("jobs-probe", {"colour": "red"}, "colour", "is unknown"),
        ("juggle", {}, None, "There is no job called 'juggle'"),
    ],
)
def test_that_a_bad_request_is_the_worlds_fault(
    run: Run, kind: str, request_: dict[str, Any], field: str | None, words: str
) -> None:
    spec = RunSpec(kind=kind, request=request_)
    finished = run.executor.run(spec, workdir=run.workdir, on_event=run.hear, control=run.control)
    assert finished.status == "failed"
    assert finished.error is not None
    assert (finished.error.kind, finished.error.field) == ("user", field)
    assert words in finished.error.message
    assert run.heard[-1] is finished


def test_that_a_run_says_where_its_figures_come_from(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("one")
    second.write_text("two")
    origin = run("read", text=[str(first), str(second)], seed=5, device="cpu").provenance
    assert origin is not None
    assert {"python", "numpy", "torch", "tokenizers", "safetensors"} <= origin.versions.keys()
    assert origin.platform
    assert origin.processor
    assert origin.threads >= 1
    assert (origin.device, origin.seed) == ("cpu", 5)
    assert [(found.field, found.kind, found.path, found.sha256) for found in origin.inputs] == [
        ("text", "text", str(first), hashlib.sha256(b"one").hexdigest()),
        ("text", "text", str(second), hashlib.sha256(b"two").hexdigest()),
    ]


def test_that_an_input_that_is_not_there_is_left_to_the_job(run: Run, tmp_path: Path) -> None:
    finished = run("count", text=[str(tmp_path / "nowhere.txt")])
    assert finished.status == "done"
    assert finished.provenance is not None
    assert finished.provenance.inputs == []


def test_that_relative_paths_are_meant_from_where_the_caller_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("here")
    monkeypatch.chdir(tmp_path)
    result = run("read", text=["a.txt"]).result
    assert result is not None
    assert result["said"] == "here"


def test_that_one_seed_makes_the_same_draws_everywhere(tmp_path: Path) -> None:
    """With torch there already, in this process, and with torch yet to be imported, in the other."""
    here = Run(ThreadExecutor(), tmp_path)
    process = ProcessExecutor(ahead=())
    there = Run(process, tmp_path)
    draws = [(run("draw", seed=seed).result or {})["draws"] for run in (here, there) for seed in (7, 8, 7)]
    process.close()
    assert draws[0] == draws[2] == draws[3] == draws[5]
    assert draws[1] == draws[4]
    assert all(one != other for one, other in zip(draws[0], draws[1], strict=True))


def test_that_a_job_that_needs_no_torch_never_waits_for_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.jobs.context import Control\n"
        "from core.jobs.executors import ThreadExecutor; from core.jobs.request import RunSpec\n"
        "from tests.core.jobs import probes\n"
        "spec = RunSpec(kind='jobs-probe', request={})\n"
        "finished = ThreadExecutor().run(\n"
        "    spec, workdir=Path(sys.argv[1]), on_event=lambda event: None, control=Control())\n"
        "print(finished.status, [m for m in ('torch', 'numpy', 'transformers') if m in sys.modules])"
    )
    root = Path(__file__).parents[3]
    asked = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "done []\n"


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.005)
