"""The tables. Changing one needs a migration; a test compares the two."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from core.errors import UserError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Words(TypeDecorator[str]):
    """Text. A lone surrogate (from a file name that is not UTF-8) is written as its escape."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.encode("utf-8", "backslashreplace").decode()


class Json(TypeDecorator[Any]):
    """JSON kept as text, so that NaN and lone surrogates survive in every database. None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        try:
            return json.loads(value)
        except (ValueError, TypeError, RecursionError) as error:
            raise UserError(
                "This project holds a damaged entry; restore it from its backups folder."
            ) from error


class Moment(TypeDecorator[datetime]):
    """A time in UTC, stored without its zone (SQLite keeps none)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        str: Words,
        datetime: Moment,
        float: Double,
        dict[str, Any]: Json,
        list[dict[str, Any]]: Json,
    }


class ProjectRow(Base):
    """The one row that says what this file is."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    schema_version: Mapped[int]
    created_with: Mapped[str]
    created: Mapped[datetime]


class AssetRow(Base):
    """Something outside (or inside) the project that runs read."""

    __tablename__ = "asset"
    __table_args__ = (UniqueConstraint("where", "kind"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    where: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str | None]
    description: Mapped[str] = mapped_column(default="")
    forgotten: Mapped[bool] = mapped_column(default=False)


class RunRow(Base):
    """One run. `owner` names the session that runs it, so that another can tell whether it still lives.

    Numbers are never used twice (autoincrement): the artifact folders are named by them.
    """

    __tablename__ = "run"
    __table_args__ = (Index(None, "status"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    request: Mapped[dict[str, Any]]
    seed: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str]
    created: Mapped[datetime]
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    seconds: Mapped[float | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    error: Mapped[dict[str, Any] | None]
    provenance: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    note: Mapped[str] = mapped_column(default="")
    parent: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    summary: Mapped[str] = mapped_column(default="")
    headline: Mapped[dict[str, Any] | None]
    deleted: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int | None]
    progress: Mapped[float | None]
    owner: Mapped[str | None]


class MetricRow(Base):
    """One figure of a run. NULL is NaN: SQLite has no other way to keep it."""

    __tablename__ = "metric"
    __table_args__ = (Index(None, "name", "slice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    value: Mapped[float | None]
    slice: Mapped[str | None]


class ArtifactRow(Base):
    """One published file, `path` relative to the project's folder."""

    __tablename__ = "artifact"
    __table_args__ = (UniqueConstraint("run", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    name: Mapped[str]
    path: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    media_type: Mapped[str]


class ViewRow(Base):
    """How a panel was left."""

    __tablename__ = "view"

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]]


class StepRow(Base):
    """One undoable step, written in the transaction of the change that it can take back.

    `edits` are ``{"table", "id", "field", "before", "after"}``; an `undone` step can be redone.
    """

    __tablename__ = "step"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    edits: Mapped[list[dict[str, Any]]]
    undone: Mapped[bool] = mapped_column(default=False)
