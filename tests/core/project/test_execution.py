from __future__ import annotations

import errno
import os

import pytest

from core.errors import UserError
from core.jobs.context import Control
from core.jobs.events import ErrorInfo, Finished, Partial, Progress
from core.project import execution
from core.project.execution import execute


class Scripted:
    """An executor that writes one file, says some things and ends as told."""

    def __init__(self, finished: Finished, *events) -> None:
        self.finished = finished
        self.events = events
        self.seen = None

    def run(self, spec, *, workdir, on_event, control) -> Finished:
        self.seen = (spec, workdir, control)
        (workdir / "weights.txt").write_text("wwww")
        for event in (*self.events, self.finished):
            on_event(event)
        return self.finished


def test_that_a_run_goes_from_queued_to_done_with_its_files(lab):
    run = lab.queue("Graft", word="w")
    workdir = lab.project.run_workdir(run)
    result = {"bits": 2.0, "out": str(workdir / "weights.txt")}
    executor = Scripted(Finished(status="done", result=result), Partial(data={"loss": 1}))
    heard, control = [], Control()
    finished = execute(lab.project, run, executor, on_event=heard.append, control=control)
    spec, used, passed = executor.seen
    assert (spec.kind, spec.request, used, passed) == ("probe", {"word": "w"}, workdir, control)
    assert finished.result["out"] == str(lab.project.run_folder(run) / "weights.txt")
    assert finished.result["run"] == run
    assert heard == [Partial(data={"loss": 1}), finished]
    assert lab.project.run(run).status == "done"
    assert [file.name for file in lab.project.artifacts(run)] == ["weights.txt"]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_that_a_run_that_ends_early_is_recorded_so(lab, status):
    run = lab.queue()
    error = ErrorInfo(kind="user", message="No such model.") if status == "failed" else None
    execute(lab.project, run, Scripted(Finished(status=status, error=error)))
    record = lab.project.run(run)
    assert (record.status, record.error) == (status, error)
    assert not lab.project.run_folder(run).exists()


def test_that_what_a_stopped_run_had_is_kept_without_its_files(lab):
    run = lab.queue("Text", prompt="It was")
    finished = execute(
        lab.project, run, Scripted(Finished(status="cancelled", result={"texts": [" a cold"]}))
    )
    assert finished.result == {"texts": [" a cold"], "run": run}
    record = lab.project.run(run)
    assert (record.status, record.result) == ("cancelled", finished.result)
    assert not lab.project.artifacts(run)
    assert not lab.project.run_folder(run).exists()
    assert lab.project.find_text("was a cold")[run].match == "was a cold"


@pytest.mark.parametrize(("result", "status"), [(None, "running"), ({"texts": ["so far"]}, "cancelled")])
def test_that_a_run_left_to_be_resumed_ends_if_it_gave_what_it_had(lab, result, status):
    run = lab.queue()
    execute(lab.project, run, Scripted(Finished(status="cancelled", result=result)), leave=lambda: True)
    assert lab.project.run(run).status == status


def test_that_a_stopped_run_begins_anew_without_what_it_had(lab):
    run = lab.queue()
    execute(lab.project, run, Scripted(Finished(status="cancelled", result={"bits": 2.0})))
    assert lab.project.metrics([run])
    lab.project.requeue_run(run).result()
    record = lab.project.run(run)
    assert (record.result, record.summary, record.headline) == (None, "", None)
    assert not lab.project.metrics([run])


def test_that_a_result_that_cannot_be_saved_fails_the_run_in_words(lab, monkeypatch):
    run = lab.queue()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        finished = execute(lab.project, run, Scripted(Finished(status="done", result={})))
    assert finished.status == "failed"
    record = lab.project.run(run)
    assert record.status == "failed"
    assert record.error.kind == "user"
    assert "is full" in record.error.message


def test_that_a_fault_of_the_executor_does_not_leave_the_run_running(lab):
    class Broken:
        def run(self, spec, *, workdir, on_event, control):
            raise RuntimeError("deep inside")

    run = lab.queue()
    execute(lab.project, run, Broken())
    record = lab.project.run(run)
    assert (record.status, record.error.kind) == ("failed", "fault")
    assert "deep inside" in record.error.traceback


def test_that_a_run_paused_before_it_was_recorded_as_running_is_recorded_as_paused(lab):
    run, control, found = lab.queue(), Control(), []

    class Looking(Scripted):
        def run(self, spec, **how):
            found.append(lab.project.set_progress(run, 0.0).result() or lab.project.run(run).status)
            return super().run(spec, **how)

    control.pause()
    execute(lab.project, run, Looking(Finished(status="done", result={})), control=control)
    assert found == ["paused"]
    assert lab.project.run(run).status == "done"


def test_that_how_far_a_run_came_is_noted_now_and_then(lab, monkeypatch):
    monkeypatch.setattr(execution, "NOTE_PROGRESS_EVERY", 0.0)
    run = lab.queue()
    progress = Progress(stage="training", done=3, total=4)
    execute(lab.project, run, Scripted(Finished(status="cancelled"), progress))
    assert lab.project.run(run).progress == 0.75


def test_that_only_a_queued_run_is_executed(lab):
    run = lab.done()
    with pytest.raises(UserError, match="is done, not queued"):
        execute(lab.project, run, Scripted(Finished(status="done", result={})))
