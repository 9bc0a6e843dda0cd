"""The migrations: one file for each version of the schema, `v0001.py` the first, run by Alembic.

A file that was released is never changed, and knows nothing of `tables.py`, which goes on. The folder is a branch
`registratura` of Alembic's own revisions, so a host's Alembic can run it too (docs/migrations.md). Which version a
database has is said by its table `meta` alone, so it does not matter who ran what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic import op
from sqlalchemy import text

from registratura.storage.names import OUR_NAMES, TableNames

OPTION = "registratura"
"""The option of Alembic's `context.configure(…)` that says the `TableNames`."""


def step(version: int, change: Callable[[TableNames], None]) -> None:
    """Make the tables this version, unless they are it already, and say so in the table `meta`."""
    context = op.get_context()
    names: TableNames = context.opts.get(OPTION, OUR_NAMES)
    if not context.as_sql and version_now(op.get_bind(), names) >= version:
        return
    if version == 1 and names.schema:
        _make_schema(names.schema)
    change(names)
    op.execute(
        f"INSERT INTO {_meta(names)} (name, value) VALUES ('schema_version', '1')"
        if version == 1
        else f"UPDATE {_meta(names)} SET value = '{version}' WHERE name = 'schema_version'"
    )


def version_now(connection: Any, names: TableNames) -> int:
    """The version that the tables say; 0 where there are none."""
    if not connection.dialect.has_table(connection, names.of("registratura_meta"), schema=names.schema):
        return 0
    said = connection.scalar(text(f"SELECT value FROM {_meta(names)} WHERE name = 'schema_version'"))
    return int(said or 0)


def never_back() -> None:
    """A downgrade would throw away what people have said.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("The tables of registratura do not go back to an older version: restore a copy.")


def _meta(names: TableNames) -> str:
    name = f'"{names.of("registratura_meta")}"'
    return f'"{names.schema}".{name}' if names.schema else name


def _make_schema(schema: str) -> None:
    """Who may not make any schema can use one that is there."""
    context = op.get_context()
    there = None if context.as_sql else op.get_bind().dialect.has_schema(op.get_bind(), schema)
    if not there:
        op.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
