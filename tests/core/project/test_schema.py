from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from core.project.schema import Base

PREFIXES = {
    PrimaryKeyConstraint: "pk_",
    ForeignKeyConstraint: "fk_",
    UniqueConstraint: "uq_",
    CheckConstraint: "ck_",
}


def test_that_every_constraint_and_index_has_a_name_by_convention():
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            assert str(constraint.name).startswith(PREFIXES[type(constraint)] + table.name)
        for index in table.indexes:
            assert str(index.name).startswith(f"ix_{table.name}_")


def test_that_the_schema_is_no_databases_own():
    dialect = postgresql.dialect()
    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
