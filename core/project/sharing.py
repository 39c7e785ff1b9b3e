"""What a shared project keeps to itself: user names, absolute paths, deleted runs, the undo history."""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from core.errors import UserError
from core.jobs.registry import job_kind
from core.project.database import Database, connect_plainly
from core.project.portable import MARK, PortablePaths, map_strings, replace_prefixes
from core.project.repository import Repository
from core.project.schema import AssetRow, RunRow, StepRow, ViewRow


@dataclass(frozen=True)
class Packed:
    """A file to share and its name in the archive."""

    source: Path
    name: str


def settle_runs(database: Path, paths: PortablePaths) -> None:
    """In a copy of a database, what was queued or running is interrupted: a copy runs nothing by itself."""
    copy = Database.from_file(database, journal="delete")
    try:
        with copy.write() as session:
            _settle(Repository(session, paths))
    finally:
        copy.close()


def anonymize(database: Path, paths: PortablePaths, *, with_models: bool) -> list[Packed]:
    """Rewrite the copied `database` for a stranger's eyes; the assets to pack with it.

    A path outside the project becomes its last part, or, packed `with_models`, a path inside. The home
    folder's name is taken out of results and tracebacks. What a person wrote (titles, notes) is left alone.
    """
    copy = Database.from_file(database, journal="delete")
    try:
        with copy.write() as session:
            repository = Repository(session, paths)
            repository.purge_deleted()
            session.execute(delete(StepRow))
            _settle(repository)
            places, packed = _rehouse_assets(session, paths, with_models=with_models)
            rows = session.scalars(
                select(RunRow).options(undefer(RunRow.result), undefer(RunRow.provenance))
            ).all()
            for row in rows:
                places += [(path, Path(path).name) for path in _outputs(row)]
            places.sort(key=lambda place: len(place[0]), reverse=True)  # the innermost folder first
            for row in rows:
                for column in ("request", "result", "error", "provenance"):
                    setattr(row, column, _cleaned(getattr(row, column), places))
            for view in session.scalars(select(ViewRow)):
                view.state = _cleaned(view.state, places)
    finally:
        copy.close()
    with closing(connect_plainly(database)) as connection:
        connection.execute("VACUUM")  # or what was deleted could be read from the free pages
    return packed


def _settle(repository: Repository) -> None:
    repository.interrupt_runs([run.id for run in repository.owned_runs()])


def _rehouse_assets(
    session: Session, paths: PortablePaths, *, with_models: bool
) -> tuple[list[tuple[str, str]], list[Packed]]:
    """Give each asset outside the project a new place: its name, or, packed, a folder inside."""
    places: dict[str, str] = {}
    packed: list[Packed] = []
    session.execute(delete(AssetRow).where(AssetRow.forgotten))
    for asset in session.scalars(select(AssetRow).order_by(AssetRow.id)).all():
        if asset.where.startswith(MARK):
            continue
        source, old = Path(asset.where), asset.where
        if old not in places:
            places[old] = f"{asset.id}/{source.name}" if source.name in places.values() else source.name
            if with_models and source.exists():
                home = f"models/{asset.id}-{re.sub(r'[^A-Za-z0-9._-]', '_', source.name).strip('.')}"
                places[old] = MARK + home
                packed += _files(source, home)
        asset.where = places[old]
    return list(places.items()), packed


def _files(source: Path, home: str) -> list[Packed]:
    if source.is_file():
        return [Packed(source, f"{home}{source.suffix}" if not home.endswith(source.suffix) else home)]
    found = [Path(parent) / name for parent, _, names in os.walk(source) for name in names]
    return [
        Packed(file, f"{home}/{file.relative_to(source).as_posix()}")
        for file in sorted(found)
        if file.is_file()
    ]


def _outputs(row: RunRow) -> list[str]:
    """The absolute paths that a run was asked to write to."""
    try:
        fields = job_kind(row.kind).request.model_fields
    except UserError:  # a job of another version
        return []
    return [
        value
        for name, field in fields.items()
        if isinstance(field.json_schema_extra, dict)
        and "output" in field.json_schema_extra
        and isinstance(value := row.request.get(name), str)
        and not value.startswith(MARK)
        and Path(value).is_absolute()
    ]


def _cleaned(value: Any, places: list[tuple[str, str]]) -> Any:
    home = str(Path.home())

    def clean(text: str) -> str:
        text = replace_prefixes(text, places)
        return text.replace(home, "~") if len(home) > 1 else text

    return map_strings(value, clean)
