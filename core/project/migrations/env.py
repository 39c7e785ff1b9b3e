"""Alembic's entry: `core.project.migration` hands over a connection inside a transaction.

For a new revision: ``alembic revision --autogenerate`` with this folder as the script location and a
project's database as ``sqlalchemy.url``.
"""

from alembic import context
from sqlalchemy import Connection, create_engine

from core.project.schema import Base


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(context.config.get_main_option("sqlalchemy.url") or "").connect() as own:
        migrate(own)
