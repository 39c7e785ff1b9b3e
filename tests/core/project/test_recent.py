from __future__ import annotations

from core.project.recent import KEPT, config_folder, forget, recent_projects, remember


def test_that_projects_are_remembered_newest_first_and_once(tmp_path):
    for name in ("a", "b", "a"):
        (tmp_path / name).mkdir(exist_ok=True)
        remember(tmp_path / name, name.upper())
    assert [(project.name, project.present) for project in recent_projects()] == [("A", True), ("B", True)]
    (tmp_path / "b").rmdir()
    assert [project.present for project in recent_projects()] == [True, False]
    forget(tmp_path / "b")
    assert [project.name for project in recent_projects()] == ["A"]


def test_that_the_list_stays_short(tmp_path):
    for number in range(KEPT + 5):
        remember(tmp_path / str(number), str(number))
    assert len(recent_projects()) == KEPT
    assert recent_projects()[0].name == str(KEPT + 4)


def test_that_a_damaged_list_is_an_empty_list(tmp_path):
    config_folder().mkdir(parents=True)
    for data in (b"\0" * 100, b"{", b'[{"folder": 3}]'):
        (config_folder() / "recent.json").write_bytes(data)
        assert recent_projects() == []
    remember(tmp_path, "again")
    assert len(recent_projects()) == 1


def test_that_settings_that_cannot_be_written_are_no_reason_to_fail(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("LEXIGRAFT_CONFIG", str(tmp_path / "file"))
    remember(tmp_path, "x")
    assert recent_projects() == []


def test_that_settings_lie_where_the_system_keeps_them(monkeypatch):
    monkeypatch.delenv("LEXIGRAFT_CONFIG")
    assert config_folder().name == "lexigraft"
    assert config_folder().is_absolute()
