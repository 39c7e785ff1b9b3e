"""What a shared project tells a stranger, and what it does not."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from core.jobs.events import ErrorInfo, Finished
from core.project.database import connect_plainly
from core.project.project import Project


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "home" / "ada"
    (home / "models" / "base").mkdir(parents=True)
    (home / "models" / "base" / "config.json").write_text("{}")
    (home / "prose.txt").write_text("Once.")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home


def _graft(lab, home: Path, provenance) -> int:
    base, text = home / "models" / "base", home / "prose.txt"
    run = lab.start("Graft", base=str(base), texts=[str(text)], out=str(home / "results" / "grafted"))
    result = {
        "bits": 1.5,
        "out": str(home / "results" / "grafted"),
        "words": [str(base / "config.json"), "/", "a/b"],
    }
    finished = Finished(status="done", result=result, provenance=provenance(base))
    lab.project.finish_run(run, finished).result()
    return run


def _everything(archive: Path, tmp_path: Path) -> bytes:
    """All bytes of the shared database."""
    with zipfile.ZipFile(archive) as packed:
        return packed.read("project.lexigraft")


def test_that_user_names_and_absolute_paths_stay_at_home(lab, home, tmp_path, provenance):
    run = _graft(lab, home, provenance)
    failed = lab.start("Failed")
    trace = f'File "{home}/code/x.py", line 1'
    error = ErrorInfo(kind="fault", message=f"no {home}/y", traceback=trace)
    lab.project.finish_run(failed, Finished(status="failed", error=error)).result()
    archive = lab.project.share(tmp_path / "x.zip")
    data = _everything(archive, tmp_path)
    assert str(home).encode() not in data
    assert b"ada" not in data.replace(b"metadata", b"")
    assert str(tmp_path).encode() not in data
    with Project.import_archive(archive, tmp_path / "in") as project:
        record = project.run(run)
        assert record.request == {"base": "base", "texts": ["prose.txt"], "out": "grafted"}
        assert record.result["out"] == "grafted"
        assert record.result["words"] == ["base/config.json", "/", "a/b"]
        assert record.provenance.inputs[0].path == "base"
        assert record.provenance.inputs[0].sha256 == "ab" * 32
        assert [(asset.where, asset.present) for asset in project.assets()] == [
            ("base", False),
            ("prose.txt", False),
        ]
        assert project.run(failed).error.traceback == 'File "~/code/x.py", line 1'


def test_that_models_go_along_when_asked_and_are_found_at_the_other_end(lab, home, tmp_path, provenance):
    run = _graft(lab, home, provenance)
    archive = lab.project.share(tmp_path / "x.zip", with_models=True)
    assert str(home).encode() not in _everything(archive, tmp_path)
    with Project.import_archive(archive, tmp_path / "in") as project:
        request = project.run(run).request
        assert Path(request["base"]).is_relative_to(tmp_path / "in")
        assert (Path(request["base"]) / "config.json").read_text() == "{}"
        assert Path(request["texts"][0]).read_text() == "Once."
        assert all(asset.present for asset in project.assets())
        assert project.check().ok


def test_that_deleted_runs_and_old_names_are_not_shared(lab, tmp_path):
    kept, deleted = lab.done("kept"), lab.done("embarrassing")
    lab.project.rename_run(kept, "draft of a secret").result()
    lab.project.rename_run(kept, "final").result()
    lab.project.delete_runs([deleted]).result()
    archive = lab.project.share(tmp_path / "x.zip")
    data = _everything(archive, tmp_path)
    assert b"embarrassing" not in data
    assert b"secret" not in data
    with zipfile.ZipFile(archive) as packed:
        assert not [name for name in packed.namelist() if name.startswith(f"artifacts/{deleted}/")]
    assert lab.project.undo_label == "delete run", "the project itself keeps its history"


def test_that_assets_with_one_name_stay_apart(lab, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "train.txt").write_text(folder)
        lab.project.add_asset(tmp_path / folder / "train.txt", "text").result()
    archive = lab.project.share(tmp_path / "x.zip")
    with Project.import_archive(archive, tmp_path / "in") as project:
        assert [asset.where for asset in project.assets()] == ["train.txt", "2/train.txt"]


def test_that_sharing_changes_nothing_here(lab, home, tmp_path, provenance):
    _graft(lab, home, provenance)
    lab.queue()

    def rows():
        with closing(connect_plainly(lab.project.file)) as connection:
            return list(connection.iterdump())

    before = rows()
    lab.project.share(tmp_path / "x.zip", with_models=True)
    assert rows() == before
