"""What is published is whole, or not there: each call that can fail is made to fail in turn."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from core.errors import UserError
from core.jobs.events import Finished
from core.project.project import Project
from core.project.publishing import settle, write_file


class FailingNth:
    """Counts calls of the wrapped functions that touch `folder`, and makes the n-th fail."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.calls = 0

    def step(self) -> None:
        self.calls += 1
        if self.calls == self.n:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def wrap(self, function):
        def wrapped(*args, **kwargs):
            self.step()
            return function(*args, **kwargs)

        return wrapped


def test_that_whatever_fails_while_a_run_is_published_nothing_is_half_done(lab, monkeypatch):
    """Fail the 1st, 2nd, … call of open, fsync and rename until publishing succeeds."""
    run = lab.start()
    workdir = lab.stage(run, weights="wwww", config="c")
    (workdir / "checkpoint").mkdir()
    (workdir / "checkpoint" / "step").write_text("7")
    for n in range(1, 100):
        failing = FailingNth(n)
        with monkeypatch.context() as patch:
            for owner, name in ((os, "fsync"), (os, "open"), (Path, "replace"), (io, "open")):
                patch.setattr(owner, name, failing.wrap(getattr(owner, name)))
            future = lab.project.finish_run(run, _finished())
            error = future.exception()
        record = lab.project.run(run)
        if error is None:
            break
        assert isinstance(error, UserError), f"call {n}"
        assert "is full" in error.message
        assert record.status == "running"
        assert lab.project.artifacts(run) == []
        assert lab.project.metrics([run]) == []
        assert not lab.project.run_folder(run).exists()
        assert {path.name for path in workdir.iterdir()} == {"weights.txt", "config.txt", "checkpoint"}
    assert n > 8, "there are at least that many calls to fail before the commit"
    assert record.status == "done"
    assert [file.name for file in lab.project.artifacts(run)] == ["config.txt", "weights.txt"]
    assert not workdir.exists()
    # The call that failed last was one of tidying up after the commit: the next open does that.
    lab.project.close()
    with Project.open(lab.project.folder) as project:
        assert {path.name for path in project.run_folder(run).iterdir()} == {"weights.txt", "config.txt"}
        assert project.check().ok


def test_that_a_failing_commit_leaves_the_files_staged_and_can_be_tried_again(lab):
    run = lab.start()
    workdir = lab.stage(run, weights="wwww")

    def fail(connection) -> None:
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("COMMIT", None, full)

    event.listen(Engine, "commit", fail)
    try:
        with pytest.raises(UserError, match=r"The disk of .* is full; nothing was changed"):
            lab.project.finish_run(run, _finished()).result()
    finally:
        event.remove(Engine, "commit", fail)
    assert (workdir / "weights.txt").read_text() == "wwww"
    assert not lab.project.run_folder(run).exists()
    assert lab.project.run(run).status == "running"
    lab.finish(run)
    assert lab.project.check().ok


def test_that_a_link_is_not_published(lab, tmp_path):
    (tmp_path / "secret").write_text("s")
    run = lab.start()
    (lab.stage(run, a="a") / "b.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(ValueError, match="plain files"):
        lab.project.finish_run(run, _finished()).result()
    assert lab.project.run(run).status == "running"


def test_that_a_folder_of_an_unknown_run_is_set_aside_not_overwritten(lab, tmp_path):
    foreign = lab.project.run_folder(1)
    foreign.mkdir(parents=True)
    (foreign / "precious.txt").write_text("p")
    run = lab.done()
    assert run == 1
    (aside,) = foreign.parent.glob("1.found-*")
    assert (aside / "precious.txt").read_text() == "p"
    assert [path.name for path in foreign.iterdir()] == ["weights.txt"]


def test_that_settled_files_have_names_sizes_sums_and_media_types(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_text("{}")
    (tmp_path / "b.safetensors").write_bytes(b"")
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "no").write_text("n")
    empty, json = settle(tmp_path)
    assert (empty.name, empty.bytes, empty.media_type) == ("b.safetensors", 0, "application/x-safetensors")
    assert empty.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (json.name, json.bytes, json.media_type) == ("deep/a.json", 2, "application/json")


def test_that_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "settings.json"
    write_file(file, b"old")
    for n in range(1, 20):
        failing = FailingNth(n)
        with monkeypatch.context() as patch:
            for owner, name in ((os, "fsync"), (os, "open"), (Path, "replace"), (io, "open")):
                patch.setattr(owner, name, failing.wrap(getattr(owner, name)))
            with contextlib.suppress(OSError):
                write_file(file, b"new")
        if failing.calls < n:
            break
        assert file.read_bytes() in (b"old", b"new")
        assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
    assert n > 3
    assert file.read_bytes() == b"new"


def test_that_a_folder_without_write_permission_is_a_sentence(lab, monkeypatch):
    run = lab.start()

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", str(lab.project.folder))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UserError, match="cannot be written; open it read-only"):
        lab.project.run_workdir(run)


def _finished() -> Finished:
    return Finished(status="done", result={"bits": 1.5})
