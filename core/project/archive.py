"""Copies of a project: beside it, into one file to share, and back from such a file.

A shared project is a zip with a manifest of SHA-256 sums. Nothing of it is believed until it is checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import UserError
from core.project import migration
from core.project.backups import snapshot
from core.project.database import connect_plainly
from core.project.faults import user_errors
from core.project.members import clash, objection, objection_to_member
from core.project.portable import PortablePaths
from core.project.publishing import fsync_file, fsync_folder, move
from core.project.sharing import Packed, anonymize, settle_runs

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 64 * 2**20
LIMIT = 200 * 2**30
"""Bytes that a project may have unpacked, unless the caller says otherwise."""
FILES_LIMIT = 200_000

_DATABASE = "project.lexigraft"
_ROOMS = ("artifacts/", "models/")
_CHUNK = 2**20
_PACKED_ALREADY = {".safetensors", ".npz", ".png", ".zip", ".gz", ".parquet"}


class ManifestFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """The member of a shared project that states every other: path, size and SHA-256."""

    model_config = ConfigDict(frozen=True)

    format: int
    name: str
    schema_version: int
    files: list[ManifestFile]


def save_copy(file: Path, target: Path) -> Path:
    """Copy the database `file` and the files that its runs published into the new folder `target`."""
    target = target.expanduser().absolute()
    with user_errors(target), fresh_folder(target) as partial:
        snapshot(file, partial / file.name)
        settle_runs(partial / file.name, PortablePaths(file.parent))
        for source, path in _published(partial / file.name, PortablePaths(file.parent)):
            place = partial / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            fsync_file(place)
    return target


def share(file: Path, name: str, target: Path, *, with_models: bool) -> Path:
    """Write the project of the database `file` as one zip at `target`."""
    target = target.expanduser().absolute()
    if not target.name.endswith(".zip"):
        target = target.with_name(target.name + ".lexigraft.zip")
    partial = target.with_name(target.name + ".partial")
    with user_errors(target), tempfile.TemporaryDirectory(prefix="lexigraft-share-") as scratch:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = Path(scratch) / file.name
        snapshot(file, copy)
        packed = anonymize(copy, PortablePaths(file.parent), with_models=with_models)
        published = [Packed(source, path) for source, path in _published(copy, PortablePaths(file.parent))]
        members = [Packed(copy, file.name), *published, *packed]
        try:
            _write_zip(partial, name, members)
            move(partial, target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def unpack(archive: Path, target: Path, *, limit: int = LIMIT) -> Path:
    """Verify the shared project `archive` and unpack it into the new or empty folder `target`.

    Raises `UserError`, with nothing left behind, for anything that is not as `share` writes it: a
    member that leads outside, a link, two names that are one file somewhere, a size or a sum that
    the manifest does not state, more than `limit` bytes.
    """
    archive, target = archive.expanduser().absolute(), target.expanduser().absolute()
    if not archive.is_file():
        raise UserError(f"There is no file {archive}.")
    with user_errors(target), fresh_folder(target) as partial:
        try:
            with zipfile.ZipFile(archive) as packed:
                manifest = _examined(archive, packed, limit, shutil.disk_usage(partial).free)
                for entry in manifest.files:
                    _extract(archive, packed, entry, partial / entry.path)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
            raise UserError(f"{archive} is not a whole zip file ({error}); ask for it again.") from error
        _examine_unpacked(archive, partial)
    return target


@contextlib.contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """A folder to fill beside `target`, renamed to it at the end; removed if anything fails."""
    if target.is_dir() and any(target.iterdir()):
        raise UserError(f"{target} is not empty; choose a new or empty folder.")
    if target.exists() and not target.is_dir():
        raise UserError(f"{target} is a file; choose a new or empty folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        partial.mkdir()
        yield partial
        fsync_folder(partial)
        if target.is_dir():
            target.rmdir()
        move(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _published(database: Path, paths: PortablePaths) -> Iterator[tuple[Path, str]]:
    """The published files that are still there: where each is, and its path in the project."""
    with closing(connect_plainly(database)) as connection:
        rows = connection.execute("SELECT path FROM artifact ORDER BY id").fetchall()
    for (path,) in rows:
        with contextlib.suppress(ValueError):  # outside the project: Check project tells
            source = paths.inside(path)
            if source.is_file():
                yield source, path


def _write_zip(target: Path, name: str, members: list[Packed]) -> None:
    names = [member.name for member in members]
    for member in names:
        if why := objection(member):
            raise UserError(f"The project cannot be shared: {member!r} {why}; rename it or delete its run.")
    if twin := clash(names):
        raise UserError(
            f"The project cannot be shared: {twin!r} differs from another file only in upper and lower case."
        )
    with target.open("wb") as file:
        with zipfile.ZipFile(file, "w") as packed:
            written = [_pack(packed, member) for member in members]
            manifest = Manifest(format=FORMAT, name=name, schema_version=migration.HEAD, files=written)
            packed.writestr(_member(MANIFEST), manifest.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())


def _pack(packed: zipfile.ZipFile, member: Packed) -> ManifestFile:
    digest, size = hashlib.sha256(), 0
    with member.source.open("rb") as source, packed.open(_member(member.name), "w", force_zip64=True) as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return ManifestFile(path=member.name, bytes=size, sha256=digest.hexdigest())


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # dated 1980: when a file was made is nobody's business
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_STORED if Path(name).suffix in _PACKED_ALREADY else zipfile.ZIP_DEFLATED
    return info


def _examined(archive: Path, packed: zipfile.ZipFile, limit: int, free: int) -> Manifest:
    """The manifest, once every member's name, kind and stated size was checked against it."""
    members: dict[str, int] = {}
    for info in packed.infolist():
        name = info.orig_filename
        if info.is_dir() and objection(name.rstrip("/")) is None:
            continue
        if why := objection_to_member(info):
            raise UserError(f"{archive} is refused: {name!r} {why}.")
        if name in members:
            raise UserError(f"{archive} is refused: it holds {name!r} twice.")
        members[name] = info.file_size
    if twin := clash(members):
        raise UserError(f"{archive} is refused: {twin!r} is the same file as another on some systems.")
    if len(members) > FILES_LIMIT:
        raise UserError(f"{archive} is refused: it holds {len(members):,} files, more than {FILES_LIMIT:,}.")
    manifest = _manifest(archive, packed, members)
    size = sum(members.values())
    if size > limit:
        raise UserError(
            f"{archive} is refused: it unpacks to {size:,} bytes, more than the {limit:,} allowed."
        )
    if size > free:
        raise UserError(f"{archive} needs {size:,} bytes to unpack, but only {free:,} are free on that disk.")
    stated = {entry.path: entry.bytes for entry in manifest.files}
    if len(stated) != len(manifest.files) or stated != {
        name: members[name] for name in members if name != MANIFEST
    }:
        raise UserError(f"{archive} is refused: its manifest does not state the files that it holds.")
    return manifest


def _manifest(archive: Path, packed: zipfile.ZipFile, members: dict[str, int]) -> Manifest:
    if MANIFEST not in members or _DATABASE not in members:
        raise UserError(
            f"{archive} is not a shared Lexigraft project: it holds no {MANIFEST} and {_DATABASE}."
        )
    for name in members:
        if name not in (MANIFEST, _DATABASE) and not name.startswith(_ROOMS):
            raise UserError(f"{archive} is refused: {name!r} is no part of a project.")
    if members[MANIFEST] > MANIFEST_LIMIT:
        raise UserError(f"{archive} is refused: its manifest is {members[MANIFEST]:,} bytes long.")
    with packed.open(MANIFEST) as file:
        text = file.read(MANIFEST_LIMIT + 1)
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise UserError(f"{archive} is refused: its manifest cannot be read.") from error
    for what, version, known in (
        ("archive format", manifest.format, FORMAT),
        ("version", manifest.schema_version, migration.HEAD),
    ):
        if version > known:
            raise UserError(
                f"{archive} was made by a newer Lexigraft: its {what} is {version}, this program knows up to "
                f"{known}. Update Lexigraft to import it."
            )
    return manifest


def _extract(archive: Path, packed: zipfile.ZipFile, entry: ManifestFile, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with packed.open(entry.path) as source, place.open("xb") as out:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > entry.bytes:
                break
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if size != entry.bytes or digest.hexdigest() != entry.sha256:
        raise UserError(
            f"{archive} is refused: {entry.path!r} is not as its manifest states; ask for it again."
        )


def _examine_unpacked(archive: Path, folder: Path) -> None:
    database, paths = folder / _DATABASE, PortablePaths(folder)
    try:
        with user_errors(database), closing(connect_plainly(database, "ro")) as connection:
            migration.refuse_newer(database, migration.examine(connection, database, trusted=False))
            rows = connection.execute("SELECT path FROM artifact").fetchall()
    except UserError as error:
        raise UserError(error.message.replace(str(database), f"The project in {archive}")) from error
    for (path,) in rows:
        try:
            paths.inside(path)
        except ValueError:
            raise UserError(
                f"{archive} is refused: a run names {path!r}, a file outside the project."
            ) from None
