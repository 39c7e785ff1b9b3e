from __future__ import annotations

import math
import os
import shutil
import threading
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.events import ErrorInfo, Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from core.project.records import Change


def test_that_a_run_is_recorded_whole_and_is_there_again_when_the_project_reopens(lab, tmp_path):
    run = lab.start("Graft", word="ü")
    workdir = lab.stage(run, weights="1234")
    (workdir / "model").mkdir()
    (workdir / "model" / "config.json").write_text("{}")
    lab.finish(run, bits=1.25, seconds=3.0)
    lab.project.close()

    with Project.open(tmp_path / "lab" / "project.lexigraft") as project:
        record = project.run(run)
        files = project.artifacts(run)
        assert (record.title, record.status, record.request, record.seconds) == (
            "Graft",
            "done",
            {"word": "ü"},
            3.0,
        )
        assert record.created <= record.started <= record.finished
        assert record.created.tzinfo is not None
        assert record.provenance.device == "cpu"
        assert [file.name for file in files] == ["model/config.json", "weights.txt"]
        assert [project.artifact_path(file).read_text() for file in files] == ["{}", "1234"]
        assert project.name == "Prose lab"


def test_that_summary_headline_and_metrics_come_from_the_jobs_result_class(lab):
    run = lab.start()
    lab.finish(run, bits=1.25)
    record = lab.project.run(run)
    bits, depth = lab.project.metrics([run])
    assert record.summary == "It takes 1.25 bits."
    assert (record.headline.name, record.headline.value) == ("bits", 1.25)
    assert (bits.name, bits.value, bits.slice) == ("bits", 1.25, "all")
    assert math.isnan(depth.value)
    assert depth.slice is None


def test_that_the_run_list_leaves_out_what_can_be_long(lab):
    run = lab.start()
    lab.project.finish_run(
        run, Finished(status="failed", error=ErrorInfo(kind="fault", message="Oh", traceback="line\n" * 1000))
    ).result()
    other = lab.done()
    listed = {record.id: record for record in lab.project.runs()}
    assert listed[run].error.message == "Oh"
    assert listed[run].error.traceback == ""
    assert listed[other].result is None
    assert lab.project.run(run).error.traceback.startswith("line")
    assert lab.project.run(other).result["bits"] == 1.5


def test_that_a_moved_project_still_finds_what_its_results_point_to(lab, tmp_path):
    run = lab.start()
    workdir = lab.stage(run, weights="w")
    recorded = lab.finish(run, out=str(workdir / "weights.txt"))
    assert Path(recorded.result["out"]).read_text() == "w"
    assert recorded.result["run"] == run
    reader = lab.queue(base=recorded.result["out"])
    lab.project.close()
    shutil.move(tmp_path / "lab", tmp_path / "elsewhere")

    with Project.open(tmp_path / "elsewhere") as project:
        out = Path(project.run(run).result["out"])
        assert out == (tmp_path / "elsewhere" / "artifacts" / str(run) / "weights.txt").resolve()
        assert out.read_text() == "w"
        assert project.run(reader).request["base"] == str(out)
        assert [asset.where for asset in project.assets()] == [str(out)]


def test_that_relative_paths_of_a_request_are_recorded_absolute(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prose.txt").write_text("Once.")
    run = lab.queue(texts=["prose.txt"], base="org/some-model", out="made")
    request = lab.project.run(run).request
    assert request["texts"] == [str(tmp_path / "prose.txt")]
    assert request["out"] == str(tmp_path / "made")
    assert request["base"] == "org/some-model"


def test_that_what_a_request_reads_becomes_an_asset_and_is_hashed_when_the_run_ends(
    lab, tmp_path, provenance
):
    base, text = tmp_path / "base", tmp_path / "a.txt"
    base.mkdir()
    first, second = lab.start(base=str(base), texts=[str(text)]), lab.queue(base=str(base))
    assert second > first
    lab.project.finish_run(first, Finished(status="done", result={}, provenance=provenance(base))).result()
    model, prose = lab.project.assets()
    assert (model.where, model.kind, model.sha256, model.present) == (str(base), "model", "ab" * 32, True)
    assert (prose.kind, prose.description, prose.sha256, prose.present) == ("text", "a.txt", None, False)


def test_that_nan_and_lone_surrogates_survive(lab):
    run = lab.start("A name that is not UTF-8: \udcff", word="\udcff")
    lab.finish(run, bits=float("nan"))
    record = lab.project.run(run)
    assert record.title == "A name that is not UTF-8: \\udcff"
    assert record.request == {"word": "\udcff"}
    assert math.isnan(record.result["bits"])
    assert math.isnan(record.headline.value)


def test_that_a_result_nobody_understands_is_kept_without_figures(lab, caplog):
    run = lab.start()
    lab.finish(run, bits="many")
    record = lab.project.run(run)
    assert (record.status, record.result["bits"], record.headline) == ("done", "many", None)
    assert lab.project.metrics([run]) == []
    assert "no figures could be read" in caplog.text


def test_that_queued_runs_keep_their_order_and_can_be_moved(lab):
    a, b, c = (lab.queue(title) for title in "abc")

    def order():
        queued = [run for run in lab.project.runs() if run.status == "queued"]
        return [run.id for run in sorted(queued, key=lambda run: run.position)]

    assert order() == [a, b, c]
    lab.project.move_run(c, 0).result()
    assert order() == [c, a, b]
    lab.project.start_run(c).result()
    lab.project.move_run(a, 99).result()
    assert order() == [b, a]
    assert lab.queue("d") == order()[-1]
    with pytest.raises(UserError, match="not queued"):
        lab.project.move_run(c, 0).result()


def test_that_runs_and_assets_are_counted_as_they_are_listed(lab, tmp_path):
    assert lab.project.counts() == (0, 0)
    kept, deleted = lab.queue(base=str(tmp_path / "base")), lab.done()
    lab.project.delete_runs([deleted]).result()
    assert [run.id for run in lab.project.runs()] == [kept]
    assert lab.project.counts() == (1, len(lab.project.assets())) == (1, 1)
    lab.project.forget_asset(lab.project.assets()[0].id).result()
    assert lab.project.counts() == (1, 0)


def test_that_a_run_is_started_once(lab):
    run = lab.start()
    with pytest.raises(UserError, match=f"Run {run} cannot be started: it is running, not queued"):
        lab.project.start_run(run).result()
    with pytest.raises(UserError, match="There is no run 99"):
        lab.project.start_run(99).result()


def test_that_pausing_and_progress_are_remembered(lab):
    run = lab.start()
    lab.project.set_paused(run, True).result()
    lab.project.set_progress(run, 0.25).result()
    assert (lab.project.run(run).status, lab.project.run(run).progress) == ("paused", 0.25)
    lab.project.set_paused(run, False).result()
    assert lab.project.run(run).status == "running"


def test_that_a_cancelled_run_keeps_its_checkpoint_and_can_be_resumed_in_place(lab):
    run = lab.start()
    checkpoint = lab.project.run_workdir(run) / "checkpoint"
    checkpoint.mkdir()
    (checkpoint / "step").write_text("7")
    lab.project.finish_run(run, Finished(status="cancelled")).result()
    lab.project.requeue_run(run).result()
    lab.project.start_run(run).result()
    assert lab.project.run(run).error is None
    assert (lab.project.run_workdir(run) / "checkpoint" / "step").read_text() == "7"
    lab.stage(run, weights="w")
    lab.finish(run)
    assert [file.name for file in lab.project.artifacts(run)] == ["weights.txt"]
    assert sorted(path.name for path in lab.project.run_folder(run).iterdir()) == ["weights.txt"]
    with pytest.raises(UserError, match="cannot be resumed: it is done"):
        lab.project.requeue_run(run).result()


def test_that_a_failed_run_without_checkpoint_leaves_no_files(lab):
    run = lab.start()
    workdir = lab.stage(run, half="h")
    lab.project.finish_run(run, Finished(status="failed")).result()
    assert not workdir.exists()
    assert lab.project.artifacts(run) == []


def test_that_deleted_runs_go_to_the_bin_and_their_files_when_it_is_emptied(lab):
    kept, gone = lab.done(), lab.done()
    lab.project.delete_runs([gone]).result()
    assert [run.id for run in lab.project.runs()] == [kept]
    assert lab.project.run(gone).deleted
    assert lab.project.run_folder(gone).is_dir()
    lab.project.restore_runs([gone]).result()
    assert len(lab.project.runs()) == 2
    lab.project.delete_runs([gone]).result()
    assert lab.project.empty_bin().result() == [gone]
    assert [run.id for run in lab.project.runs(include_deleted=True)] == [kept]
    assert not lab.project.run_folder(gone).exists()
    assert {metric.run for metric in lab.project.metrics()} == {kept}
    assert lab.queue() > gone, "a number is never used twice"


def test_that_a_running_run_cannot_be_deleted(lab):
    run = lab.start()
    with pytest.raises(UserError, match="is running; stop it before deleting it"):
        lab.project.delete_runs([run]).result()


def test_that_assets_can_be_added_forgotten_and_relinked(lab, tmp_path):
    asset = lab.project.add_asset(tmp_path / "a.txt", "text", "Letters").result()
    assert lab.project.add_asset(tmp_path / "a.txt", "text").result() == asset
    lab.project.relink_asset(asset, tmp_path / "b.txt").result()
    (record,) = lab.project.assets()
    assert (record.where, record.description) == (str(tmp_path / "b.txt"), "Letters")
    other = lab.project.add_asset(tmp_path / "c.txt", "text").result()
    with pytest.raises(UserError, match=r"b\.txt is an asset of this project already"):
        lab.project.relink_asset(other, tmp_path / "b.txt").result()
    lab.project.forget_asset(asset).result()
    lab.project.relink_asset(other, tmp_path / "b.txt").result()
    assert [record.id for record in lab.project.assets()] == [other]


def test_that_views_are_kept(lab, tmp_path):
    assert lab.project.view("transplant") is None
    lab.project.save_view("transplant", {"run": 3}).result()
    lab.project.save_view("transplant", {"run": 4, "file": str(lab.project.folder / "x")}).result()
    assert lab.project.view("transplant") == {"run": 4, "file": str(lab.project.folder / "x")}


def test_that_each_commit_is_announced_with_what_changed_and_who_did_it(lab):
    heard: list[Change] = []
    threads: set[str] = set()

    def hear(change: Change) -> None:
        heard.append(change)
        threads.add(threading.current_thread().name)

    unsubscribe = lab.project.subscribe(hear)
    run = lab.queue()
    lab.project.rename_run(run, "New", initiator="runs panel").result()
    lab.project.save_view("runs", {}).result()
    lab.project.set_project_name("Lab").result()
    with pytest.raises(UserError):
        lab.project.rename_run(99, "nobody").result()
    unsubscribe()
    lab.project.set_note(run, "unheard").result()
    assert [set(change.kinds) for change in heard] == [{"runs", "assets"}, {"runs"}, {"views"}, {"project"}]
    assert (heard[1].runs, heard[1].initiator) == (frozenset({run}), "runs panel")
    assert all(name.startswith("project-writer") for name in threads)


def test_that_a_listeners_fault_does_not_fail_the_write(lab, caplog):
    lab.project.subscribe(lambda change: 1 / 0)
    run = lab.queue()
    assert lab.project.run(run).id == run
    assert "ZeroDivisionError" in caplog.text


def test_that_reads_on_many_threads_go_on_while_the_writer_writes(lab):
    stop, problems = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                for record in lab.project.runs():
                    lab.project.metrics([record.id])
            except Exception as error:  # noqa: BLE001
                problems.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for number in range(20):
        lab.done(f"Run {number}")
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert len(lab.project.runs()) == 20


def test_that_a_run_of_a_living_session_is_not_called_interrupted_by_another(lab, tmp_path):
    run = lab.start()
    staged = lab.stage(run, half="h")
    with Project.open(tmp_path / "lab") as second:
        assert second.run(run).status == "running"
        assert second.notices == []
        second.rename_run(run, "Seen from the second").result()
    assert staged.is_dir()
    lab.finish(run)
    assert lab.project.run(run).title == "Seen from the second"


def test_that_a_project_that_was_closed_says_so(lab):
    run = lab.queue()
    lab.project.close()
    lab.project.close()
    with pytest.raises(UserError, match="was closed"):
        lab.project.rename_run(run, "Late").result()


def test_that_a_project_opened_read_only_can_be_read_and_not_written(lab, tmp_path):
    run = lab.done()
    running = lab.start()
    before = sorted(path.name for path in (tmp_path / "lab").rglob("*"))
    with Project.open(tmp_path / "lab", read_only=True) as project:
        assert project.read_only
        assert project.run(run).status == "done"
        assert project.run(running).status == "running"
        assert project.check().ok
        with pytest.raises(UserError, match="read-only"):
            project.rename_run(run, "No").result()
    assert sorted(path.name for path in (tmp_path / "lab").rglob("*")) == before


def test_that_a_read_only_folder_is_refused_in_words_and_opens_read_only(lab, tmp_path, monkeypatch):
    run = lab.done()
    lab.project.close()
    real_open, real_access = os.open, os.access

    def refuse(path, flags, *args, **kwargs):
        if flags & os.O_CREAT and str(path).startswith(str(tmp_path / "lab")):
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and real_access(path, mode))
    with pytest.raises(
        UserError, match=rf"{tmp_path / 'lab'} is read-only; open the project read-only, or copy"
    ):
        Project.open(tmp_path / "lab")
    with Project.open(tmp_path / "lab", read_only=True) as project:
        assert project.run(run).status == "done"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "there is no such folder"),
        (lambda path: path.mkdir(), r"There is no project at .*: project\.lexigraft is missing"),
        (lambda path: path.write_text("x"), "its database must be called"),
    ],
)
def test_that_what_is_no_project_is_refused_in_words(tmp_path, make, sentence):
    make(tmp_path / "thing")
    with pytest.raises(UserError, match=sentence):
        Project.open(tmp_path / "thing")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not a Lexigraft project"),
        (b"\0" * 4096, "all zero bytes"),
        (b"PK\3\4" + b"x" * 5000, "is not a Lexigraft project"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "damaged"),
    ],
)
def test_that_a_damaged_database_is_refused_in_words(tmp_path, data, sentence):
    file = tmp_path / "project.lexigraft"
    file.write_bytes(data)
    with pytest.raises(UserError, match=sentence) as caught:
        Project.open(tmp_path)
    assert str(file) in caught.value.message
    assert file.read_bytes() == data


def test_that_a_project_is_made_only_in_a_new_or_empty_folder(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is not empty"):
        Project.create(tmp_path / "full")
    with pytest.raises(UserError, match="is a file"):
        Project.create(tmp_path / "file")
    with Project.create(tmp_path / "deep" / "new") as project:
        assert project.name == "new"
    with pytest.raises(UserError, match="There is a project in"):
        Project.create(tmp_path / "deep" / "new")


def test_that_a_full_disk_is_a_sentence_and_leaves_no_half_project(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"The disk of .* is full"):
        Project.create(tmp_path / "lab")
    monkeypatch.undo()
    with Project.create(tmp_path / "lab") as project:
        assert project.runs() == []


def test_that_an_artifact_path_that_leads_outside_is_not_opened(lab, tmp_path):
    run = lab.done()
    (record,) = lab.project.artifacts(run)
    for path in ("../secret", "/etc/passwd", "artifacts/../../x"):
        with pytest.raises(UserError, match="outside the project"):
            lab.project.artifact_path(record.model_copy(update={"path": path}))
    (tmp_path / "lab" / "artifacts" / "link").symlink_to(tmp_path)
    with pytest.raises(UserError, match="outside the project"):
        lab.project.artifact_path(record.model_copy(update={"path": "artifacts/link/x"}))


def test_that_a_copy_has_the_runs_and_files_and_lives_on_its_own(lab, tmp_path):
    run, waiting, running = lab.done(), lab.queue(), lab.start()
    lab.stage(running, half="h")
    lab.project.save_copy(tmp_path / "copy")
    lab.project.rename_run(run, "Changed here").result()
    with Project.open(tmp_path / "copy") as copy:
        assert copy.run(run).title == "A probe"
        assert copy.run(waiting).status == "interrupted"
        assert copy.run(running).status == "interrupted"
        assert copy.check().ok
        assert copy.artifact_path(copy.artifacts(run)[0]).read_text() == "wwww"
        assert [path.name for path in (tmp_path / "copy" / "artifacts").iterdir()] == [str(run)]
    with pytest.raises(UserError, match="is not empty"):
        lab.project.save_copy(tmp_path / "copy")


def test_that_a_thousand_runs_are_listed_quickly(lab):
    import time

    spec = RunSpec(kind="probe", request={})
    for future in [lab.project.add_run(spec, title=f"Run {number}") for number in range(1000)]:
        future.result()
    began = time.process_time()  # what else the machine does counts for nothing
    assert len(lab.project.runs()) == 1000
    assert time.process_time() - began < 1.0
