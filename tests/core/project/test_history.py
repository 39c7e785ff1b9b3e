from __future__ import annotations

import pytest

from core.project.project import Project


def test_that_a_rename_is_undone_and_redone_by_name(lab):
    run = lab.queue("First")
    assert (lab.project.undo_label, lab.project.redo_label) == (None, None)
    lab.project.rename_run(run, "Second").result()
    assert lab.project.undo_label == "rename run"
    assert lab.project.undo().result() == "rename run"
    assert lab.project.run(run).title == "First"
    assert (lab.project.undo_label, lab.project.redo_label) == (None, "rename run")
    assert lab.project.redo().result() == "rename run"
    assert lab.project.run(run).title == "Second"


def test_that_steps_are_taken_back_last_first(lab, tmp_path):
    a, b = lab.done("a"), lab.done("b")
    asset = lab.project.add_asset(tmp_path / "x", "text").result()
    lab.project.set_note(a, "Mind this").result()
    lab.project.delete_runs([a, b]).result()
    lab.project.set_project_name("Renamed").result()
    lab.project.relink_asset(asset, tmp_path / "y").result()
    lab.project.forget_asset(asset).result()
    undone = [lab.project.undo().result() for _ in range(6)]
    assert undone == ["forget asset", "relink asset", "rename project", "delete 2 runs", "edit note", None]
    assert [run.note for run in lab.project.runs()] == ["", ""]
    assert lab.project.name == "Prose lab"
    assert lab.project.assets()[0].where == str(tmp_path / "x")
    assert [lab.project.redo().result() for _ in range(6)] == [*undone[4::-1], None]
    assert lab.project.runs() == []
    assert lab.project.name == "Renamed"


def test_that_a_new_edit_ends_redo_and_an_edit_that_changes_nothing_is_no_step(lab):
    run = lab.queue("a")
    lab.project.rename_run(run, "b").result()
    lab.project.undo().result()
    lab.project.rename_run(run, "a").result()
    assert lab.project.redo_label == "rename run"
    lab.project.rename_run(run, "c").result()
    assert lab.project.redo_label is None


def test_that_thirty_steps_are_kept(lab):
    run = lab.queue("0")
    for number in range(1, 36):
        lab.project.rename_run(run, str(number)).result()
    undone = 0
    while lab.project.undo().result():
        undone += 1
    assert undone == 30
    assert lab.project.run(run).title == "5"


def test_that_undo_survives_reopening(lab, tmp_path):
    run = lab.queue("a")
    lab.project.rename_run(run, "b").result()
    lab.project.close()
    with Project.open(tmp_path / "lab") as project:
        project.undo().result()
        assert project.run(run).title == "a"


def test_that_emptying_the_bin_ends_what_could_bring_its_runs_back(lab):
    kept, gone = lab.done("kept"), lab.done("gone")
    lab.project.rename_run(kept, "renamed").result()
    lab.project.delete_runs([gone]).result()
    lab.project.empty_bin().result()
    assert lab.project.undo_label == "rename run"


def test_that_undo_is_announced_with_the_runs_that_it_touched(lab):
    run = lab.queue("a")
    lab.project.rename_run(run, "b").result()
    heard = []
    lab.project.subscribe(heard.append)
    lab.project.undo(initiator="menu").result()
    lab.project.undo(initiator="menu").result()
    assert [(change.kinds, change.runs, change.initiator) for change in heard] == [
        (frozenset({"runs"}), frozenset({run}), "menu")
    ]


def test_that_a_strangers_undo_step_cannot_change_other_fields(lab, tmp_path):
    import json
    import sqlite3

    run = lab.done()
    edit = {"table": "run", "id": run, "field": "status", "before": "queued", "after": "done"}
    with sqlite3.connect(tmp_path / "lab" / "project.lexigraft") as connection:
        connection.execute("INSERT INTO step (label, edits, undone) VALUES ('x', ?, 0)", [json.dumps([edit])])
    connection.close()
    with pytest.raises(ValueError, match="may not change"):
        lab.project.undo().result()
    assert lab.project.run(run).status == "done"
