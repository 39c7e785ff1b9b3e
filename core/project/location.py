"""Where a project lies: a local disk, a network share, or a folder that a program keeps in step with a cloud.

SQLite's write-ahead log needs shared memory, which network file systems do not have, and a sync
client may copy the log apart from the database. On such places the project uses a rollback journal.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_NETWORK_TYPES = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "macfuse",
        "ncpfs",
    }
    | {"nfs", "nfs3", "nfs4", "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"}
    | {f"fuse.{kind}" for kind in ("ceph", "davfs2", "glusterfs", "gvfsd-fuse", "rclone", "s3fs", "sshfs")}
    | {"webdav"}
)
_SYNC_FOLDERS = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "my drive": "Google Drive",
    "mobile documents": "iCloud",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "cloudstorage": "a cloud drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "syncthing": "Syncthing",
    "seafile": "Seafile",
    "pcloud drive": "pCloud",
}
_SYNC_MARKS = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".stfolder": "Syncthing",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".849C9593-D756-4E56-8D6E-42412F2A707B": "OneDrive",
}
"""Files that a sync client leaves at the top of the folder that it watches."""


@dataclass(frozen=True)
class Location:
    """`name` is the file system's type or the sync program's name; empty for a local disk."""

    kind: Literal["local", "network", "synced"]
    name: str = ""

    @property
    def sentence(self) -> str:
        """What the user is told; empty for a local disk."""
        if self.kind == "local":
            return ""
        where = (
            f"on a network drive ({self.name})"
            if self.kind == "network"
            else f"in a folder synced by {self.name}"
        )
        return (
            f"This project lies {where}: it is saved in a slower, safer way there. "
            "Work on one computer at a time, or keep it on a local disk and share it with Share."
        )


def locate(folder: Path) -> Location:
    """Looks at the file system of `folder` and at the names and marks of the folders above it."""
    folder = folder.resolve()
    file_system = _file_system(folder)
    if file_system in _NETWORK_TYPES:
        return Location("network", file_system)
    program = _sync_program(folder)
    return Location("synced", program) if program else Location("local")


def _file_system(folder: Path) -> str:
    """The file system's type in lower case; ``smb3`` for any Windows share, empty when unknown."""
    if sys.platform == "win32":
        import ctypes

        if folder.drive.startswith("\\\\"):
            return "smb3"
        remote = 4  # DRIVE_REMOTE
        return "smb3" if ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == remote else ""
    import psutil

    best, found = -1, ""
    for partition in psutil.disk_partitions(all=True):
        mount = Path(partition.mountpoint)
        # Of two file systems at one place, the later hides the earlier.
        if folder.is_relative_to(mount) and len(mount.parts) >= best:
            best, found = len(mount.parts), partition.fstype.lower()
    return found


def _sync_program(folder: Path) -> str:
    for name in ("OneDrive", "OneDriveConsumer", "OneDriveCommercial"):
        root = os.environ.get(name)
        if root and folder.is_relative_to(root):
            return "OneDrive"
    home = Path.home()
    for place in (folder, *folder.parents):
        # "Dropbox (Personal)", "OneDrive - The Lab", "GoogleDrive-ada@example.org"
        plain = place.name.lower().split(" (")[0].split(" - ")[0].split("-")[0].strip()
        if plain in _SYNC_FOLDERS:
            return _SYNC_FOLDERS[plain]
        if place == home:  # ~/.dropbox is the client's own settings folder, not a mark
            break
        for mark, program in _SYNC_MARKS.items():
            if (place / mark).exists():
                return program
    return ""
