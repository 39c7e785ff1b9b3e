"""What arrives is what was shared; everything else is refused, with nothing left behind."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import UserError
from core.project import archive
from core.project.project import Project


@pytest.fixture
def shared(lab, tmp_path: Path) -> Path:
    """A shared project with one finished run."""
    run = lab.start("Graft")
    (lab.stage(run, weights="w" * 5000) / "deep").mkdir()
    (lab.project.run_workdir(run) / "deep" / "ü.txt").write_text("ü")
    lab.finish(run)
    return lab.project.share(tmp_path / "lab.lexigraft.zip")


@pytest.fixture
def forge(shared: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the shared project with members added, replaced or left out; its manifest follows or lies."""

    def forge(
        members: dict[str, bytes | None] | None = None,
        *,
        infos: list[tuple[zipfile.ZipInfo, bytes]] | None = None,
        manifest: Callable[[dict], None] = lambda manifest: None,
        state: bool = True,
    ) -> Path:
        with zipfile.ZipFile(shared) as packed:
            contents: dict[str, bytes | None] = {name: packed.read(name) for name in packed.namelist()}
        stated = json.loads(contents.pop("manifest.json") or b"")
        contents.update(members or {})
        kept = {name: data for name, data in contents.items() if data is not None}
        if state:
            everything = [*kept.items(), *((info.orig_filename, data) for info, data in infos or [])]
            stated["files"] = [
                {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in everything
            ]
        manifest(stated)
        forged = tmp_path / "forged.zip"
        with zipfile.ZipFile(forged, "w") as packed:
            for name, data in kept.items():
                packed.writestr(name, data)
            for info, data in infos or []:
                packed.writestr(info, data)
            packed.writestr("manifest.json", json.dumps(stated))
        return forged

    return forge


def _refused(path: Path, tmp_path: Path, sentence: str, **how: int) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=sentence) as caught:
        archive.unpack(path, tmp_path / "in", **how)
    assert str(path) in caught.value.message
    assert sorted(tmp_path.rglob("*")) == before


def test_that_a_shared_project_arrives_whole(lab, shared, tmp_path):
    with zipfile.ZipFile(shared) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        assert {entry["path"] for entry in manifest["files"]} == set(packed.namelist()) - {"manifest.json"}
        assert all(info.date_time[0] == 1980 for info in packed.infolist())
    with Project.import_archive(shared, tmp_path / "arrived") as project:
        (run,) = project.runs()
        assert (run.title, run.headline.value, project.name) == ("Graft", 1.5, "Prose lab")
        assert [project.artifact_path(file).read_text() for file in project.artifacts(run.id)] == [
            "ü",
            "w" * 5000,
        ]
        assert project.check().ok
    assert not list(tmp_path.glob(".arrived*"))


def test_that_a_share_is_written_whole_or_not_at_all(lab, shared, tmp_path, monkeypatch):
    before = shared.read_bytes()
    lab.done()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match=r"The disk of .* is full"):
            lab.project.share(shared)
    assert shared.read_bytes() == before
    assert not list(tmp_path.glob("*.partial"))
    assert lab.project.share(shared) == shared
    assert shared.read_bytes() != before


def test_that_a_file_that_cannot_be_imported_elsewhere_is_not_shared(lab, tmp_path):
    run = lab.start()
    (lab.project.run_workdir(run) / "con.txt").write_text("c")
    lab.finish(run)
    with pytest.raises(
        UserError, match=r"con\.txt' has a name that Windows reserves; rename it or delete its run"
    ):
        lab.project.share(tmp_path / "x.zip")
    assert not list(tmp_path.glob("x*"))


def test_that_only_a_new_or_empty_folder_is_filled(shared, tmp_path):
    (tmp_path / "empty").mkdir()
    Project.import_archive(shared, tmp_path / "empty").close()
    with pytest.raises(UserError, match="is not empty"):
        Project.import_archive(shared, tmp_path / "empty")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("artifacts/../../evil.txt", "leads out of the folder"),
        ("../evil.txt", "leads out of the folder"),
        ("/etc/evil.txt", "is an absolute path"),
        ("C:/evil.txt", "has a drive letter"),
        ("artifacts\\..\\evil.txt", "has a backslash"),
        ("artifacts/1/a:stream", "has a character"),
        ("artifacts/1/aux.txt", "reserves"),
        ("artifacts/1/trailing.", "ends in a dot or a space"),
        ("artifacts//x", "has an empty part"),
        ("artifacts/./x", "has an empty part"),
        ("artifacts/1/" + "x" * 300, "has too long a name"),
        ("artifacts/1/WEIGHTS.TXT", "is the same file as another"),
        ("artifacts/1/weights.txt/x", "is the same file as another"),
        (".sessions/x", "is no part of a project"),
        ("evil.py", "is no part of a project"),
    ],
)
def test_that_a_member_with_a_bad_name_is_refused(forge, tmp_path, name, sentence):
    _refused(forge({name: b"evil"}), tmp_path, sentence)


def test_that_a_name_cut_by_a_nul_is_refused(forge, tmp_path):
    path = forge({"artifacts/1/evil-nul.txt": b"evil"})
    data = path.read_bytes().replace(b"evil-nul", b"evil\0nul")
    path.write_bytes(data)
    _refused(path, tmp_path, "has a character")


def test_that_links_devices_and_odd_packings_are_refused(forge, tmp_path):
    for kind, sentence in ((stat.S_IFLNK, "is a link"), (stat.S_IFIFO, "is not a plain file")):
        info = zipfile.ZipInfo("artifacts/1/x")
        info.external_attr = (kind | 0o777) << 16
        _refused(forge(infos=[(info, b"/etc/passwd")]), tmp_path, sentence)
    info = zipfile.ZipInfo("artifacts/1/x")
    info.compress_type = zipfile.ZIP_LZMA
    _refused(forge(infos=[(info, b"x")]), tmp_path, "packed in an unusual way")


def test_that_the_same_name_twice_is_refused(forge, tmp_path):
    infos = [(zipfile.ZipInfo("artifacts/1/x"), b"a"), (zipfile.ZipInfo("artifacts/1/x"), b"b")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = forge(infos=infos)
    _refused(path, tmp_path, "twice")


def test_that_a_bomb_is_refused_by_its_stated_size(forge, tmp_path):
    path = forge({"artifacts/1/zeros": b"\0" * 5_000_000})
    _refused(
        path, tmp_path, r"unpacks to 5,\d\d\d,\d\d\d bytes, more than the 4,000,000 allowed", limit=4_000_000
    )


def test_that_a_bomb_is_refused_when_its_stated_sizes_lie(forge, tmp_path):
    """The directory and the manifest say 10 bytes; a megabyte comes out."""
    info = zipfile.ZipInfo("artifacts/1/zeros")
    info.compress_type = zipfile.ZIP_DEFLATED

    def lie(manifest: dict) -> None:
        for entry in manifest["files"]:
            if entry["path"] == info.filename:
                entry["bytes"] = 10

    path = forge(infos=[(info, b"\0" * 1_000_000)], manifest=lie)
    data = path.read_bytes()
    size = (1_000_000).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    _refused(path, tmp_path, "is not as its manifest states|is not a whole zip")


def test_that_more_than_the_disk_has_is_refused(forge, tmp_path, monkeypatch):
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 100}))
    _refused(forge(), tmp_path, "but only 100 are free")


def test_that_too_many_files_are_refused(forge, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "FILES_LIMIT", 2)
    _refused(forge(), tmp_path, "more than 2")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m["files"].pop(), "does not state the files"),
        (lambda m: m["files"].append(m["files"][0]), "does not state the files"),
        (lambda m: m["files"][1].update(bytes=m["files"][1]["bytes"] + 1), "does not state the files"),
        (lambda m: m["files"][1].update(sha256="0" * 64), "is not as its manifest states"),
        (lambda m: m["files"][1].update(path="../x"), "does not state the files"),
        (lambda m: m.pop("files"), "manifest cannot be read"),
        (lambda m: m.update(format=7), "archive format is 7, this program knows up to 1"),
        (lambda m: m.update(schema_version=99), "its version is 99, this program knows up to 1"),
    ],
)
def test_that_a_manifest_that_lies_is_refused(forge, tmp_path, change, sentence):
    _refused(forge(manifest=change), tmp_path, sentence)


def test_that_a_member_that_the_manifest_does_not_state_is_refused(forge, tmp_path):
    _refused(forge({"artifacts/1/more": b"m"}, state=False), tmp_path, "does not state the files")
    _refused(forge({"artifacts/1/weights.txt": None}, state=False), tmp_path, "does not state the files")


def test_that_what_is_no_shared_project_is_refused(forge, tmp_path):
    _refused(forge({"project.lexigraft": None}), tmp_path, "is not a shared Lexigraft project")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("readme.txt", "x")
    _refused(tmp_path / "other.zip", tmp_path, "is not a shared Lexigraft project")
    (tmp_path / "text.zip").write_text("no zip at all")
    _refused(tmp_path / "text.zip", tmp_path, "is not a whole zip file")
    _refused(tmp_path / "absent.zip", tmp_path, "There is no file")


def test_that_a_cut_or_damaged_archive_is_refused(shared, tmp_path):
    data = shared.read_bytes()
    shared.write_bytes(data[: len(data) // 2])
    _refused(shared, tmp_path, "is not a whole zip file")
    damaged = bytearray(data)
    damaged[200:260] = b"\xff" * 60
    shared.write_bytes(damaged)
    _refused(shared, tmp_path, "is not a whole zip file|is not as its manifest states")


def test_that_a_hostile_database_inside_is_refused(forge, shared, tmp_path):
    def database(statement: str) -> bytes:
        file = tmp_path / "evil.db"
        with zipfile.ZipFile(shared) as packed:
            file.write_bytes(packed.read("project.lexigraft"))
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)
        data = file.read_bytes()
        file.unlink()
        return data

    trigger = database("CREATE TRIGGER evil AFTER INSERT ON run BEGIN DELETE FROM run; END")
    _refused(forge({"project.lexigraft": trigger}), tmp_path, r"holds a trigger \(evil\)")
    outside = database("UPDATE artifact SET path = '../../etc/passwd'")
    _refused(forge({"project.lexigraft": outside}), tmp_path, "a file outside the project")
    newer = database("UPDATE alembic_version SET version_num = '0042'")
    _refused(forge({"project.lexigraft": newer}), tmp_path, "its version is 42, this program knows up to 1")
    _refused(forge({"project.lexigraft": b"SQLite format 3\0" + b"\xff" * 5000}), tmp_path, "damaged")


def test_that_importing_runs_nothing(lab, tmp_path):
    waiting, running = lab.queue(), lab.start()
    lab.project.share(tmp_path / "x.zip")
    with Project.import_archive(tmp_path / "x.zip", tmp_path / "in") as project:
        assert {project.run(run).status for run in (waiting, running)} == {"interrupted"}
