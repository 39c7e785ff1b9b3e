from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from core.project.location import locate


@pytest.fixture(autouse=True)
def local_disk(monkeypatch):
    """A machine with one local disk; returns how to mount more."""
    mounts = [SimpleNamespace(mountpoint="/", fstype="ext4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    for name in ("OneDrive", "OneDriveConsumer", "OneDriveCommercial"):
        monkeypatch.delenv(name, raising=False)
    return lambda path, kind: mounts.append(SimpleNamespace(mountpoint=str(path), fstype=kind))


def test_that_an_ordinary_folder_is_local_and_needs_no_words(tmp_path):
    location = locate(tmp_path / "Papers - 2026" / "lab")
    assert (location.kind, location.sentence) == ("local", "")


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p", "SMBFS"])
def test_that_a_network_drive_is_told_by_its_file_system(tmp_path, local_disk, kind):
    local_disk(tmp_path / "share", kind)
    location = locate(tmp_path / "share" / "lab")
    assert (location.kind, location.name) == ("network", kind.lower())
    assert f"on a network drive ({kind.lower()})" in location.sentence
    assert locate(tmp_path / "sharemore").kind == "local"


def test_that_a_local_disk_mounted_inside_a_share_is_local(tmp_path, local_disk):
    local_disk(tmp_path, "nfs4")
    local_disk(tmp_path / "scratch", "xfs")
    assert locate(tmp_path / "lab").kind == "network"
    assert locate(tmp_path / "scratch" / "lab").kind == "local"


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("Dropbox", "Dropbox"),
        ("Dropbox (Personal)", "Dropbox"),
        ("OneDrive - The Lab", "OneDrive"),
        ("Library/Mobile Documents/com~apple~CloudDocs", "iCloud"),
        ("Library/CloudStorage/Box-Box", "a cloud drive"),
        ("GoogleDrive-ada@example.org", "Google Drive"),
        ("Nextcloud", "Nextcloud"),
    ],
)
def test_that_a_synced_folder_is_told_by_its_name(tmp_path, folder, program):
    location = locate(tmp_path / folder / "work" / "lab")
    assert (location.kind, location.name) == ("synced", program)
    assert f"in a folder synced by {program}" in location.sentence


@pytest.mark.parametrize(("mark", "program"), [(".stfolder", "Syncthing"), (".dropbox", "Dropbox")])
def test_that_a_synced_folder_is_told_by_its_mark(tmp_path, mark, program):
    (tmp_path / "files" / mark).mkdir(parents=True)
    assert locate(tmp_path / "files" / "lab").name == program
    assert locate(tmp_path / "other").kind == "local"


def test_that_onedrive_is_told_by_its_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("OneDrive", str(tmp_path / "mine"))
    assert locate(tmp_path / "mine" / "lab").name == "OneDrive"


def test_that_a_clients_settings_in_the_home_folder_are_no_mark(tmp_path, monkeypatch):
    (tmp_path / ".dropbox").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert locate(tmp_path / "lab").kind == "local"
