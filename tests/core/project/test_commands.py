"""The command line's words, through the functions that they name."""

from __future__ import annotations

import json

import pytest

from core.errors import UserError
from core.jobs.registry import job_kinds
from core.project import commands
from core.project import job as kinds
from core.project.recent import recent_projects


def test_that_a_project_is_made_opened_and_remembered(tmp_path):
    made = commands.new_project(folder=tmp_path / "lab", name="Prose lab")
    assert made.summary() == f"Prose lab in {tmp_path / 'lab'}: no runs yet."
    opened = commands.open_project(folder=tmp_path / "lab")
    assert (opened.name, opened.schema_version, opened.runs) == ("Prose lab", 1, {})
    assert [project.name for project in recent_projects()] == ["Prose lab"]


def test_that_runs_are_listed_and_shown(lab):
    first, second = lab.done("Graft"), lab.queue("Later")
    lab.project.set_note(first, "Good").result()
    listed = commands.list_runs(project=lab.project.folder)
    assert [(row.id, row.title, row.status) for row in listed.rows] == [
        (second, "Later", "queued"),
        (first, "Graft", "done"),
    ]
    assert listed.rows[1].headline.value == 1.5
    assert listed.rows[1].note == "Good"
    assert listed.summary() == "2 runs."
    assert [row.id for row in commands.list_runs(project=lab.project.folder, status="done").rows] == [first]
    assert commands.list_runs(project=lab.project.folder, kind="train").rows == []
    shown = commands.show_run(project=lab.project.folder, id=first)
    assert shown.summary() == f"Graft (run {first}, probe): done. It takes 1.5 bits."
    assert [file.name for file in shown.artifacts] == ["weights.txt"]
    assert [figure.name for figure in shown.figures] == ["bits", "depth"]
    json.loads(shown.model_dump_json())
    with pytest.raises(UserError, match="There is no run 99"):
        commands.show_run(project=lab.project.folder, id=99)


def test_that_a_run_of_a_dead_process_is_listed_as_interrupted(lab, tmp_path):
    run = lab.start()
    lab.project.close()
    (row,) = commands.list_runs(project=tmp_path / "lab").rows
    assert (row.id, row.status) == (run, "interrupted")


def test_that_runs_of_a_read_only_folder_are_listed(lab, monkeypatch):
    from core.project import opening

    run = lab.done()
    lab.project.close()

    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(opening, "ProjectSession", refuse)
    assert [row.id for row in commands.list_runs(project=lab.project.folder).rows] == [run]


def test_that_a_project_travels_as_one_file(lab, tmp_path):
    run = lab.done()
    shared = commands.share_project(folder=lab.project.folder)
    assert shared.out == str(tmp_path / "lab.lexigraft.zip")
    assert shared.bytes > 0
    arrived = commands.import_project(archive=shared.out, folder=tmp_path / "arrived")
    assert arrived.runs == {"done": 1}
    assert commands.show_run(project=tmp_path / "arrived", id=run).record.status == "done"


def test_that_a_check_tells_and_mends(lab):
    run = lab.done()
    assert commands.check_project(folder=lab.project.folder).summary().startswith("The project is whole")
    (lab.project.run_folder(run) / "weights.txt").unlink()
    found = commands.check_project(folder=lab.project.folder)
    assert (found.ok, found.findings, found.summary()) == (
        False,
        {"missing_files": 1},
        "Found: 1 missing files.",
    )
    mended = commands.check_project(folder=lab.project.folder, repair=True)
    assert mended.repaired == {"missing_files": 1}
    assert "Repaired: 1 missing files; the database as it was is kept in" in mended.summary()
    assert commands.check_project(folder=lab.project.folder).ok


def test_that_every_word_is_declared_and_loads_and_leaves_no_run():
    declared = {kind.command: kind for kind in job_kinds() if kind.command[0] in ("project", "runs")}
    words = [("project", verb) for verb in ("new", "open", "share", "import", "check")]
    assert set(declared) == {*words, ("runs", "list"), ("runs", "show")}
    for kind in declared.values():
        assert callable(kind.load())
        assert not kind.recorded
    assert declared["project", "new"] is kinds.NEW
