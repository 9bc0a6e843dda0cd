"""Which version the tables in a database are of, and whether this program may use them."""

from __future__ import annotations

from sqlalchemy import inspect

from registratura.flows.errors import DatabaseDamaged, DatabaseMissing, DatabaseUnavailable, OperatorError, SchemaNewer
from registratura.storage.sql import SqlStorage
from registratura.storage.tables import META, METADATA, SCHEMA_VERSION

EMPTY = 0
"""The version of a database that has none of our tables."""


class SchemaOlder(OperatorError):
    """The tables were made by an older release, and are changed only when somebody says so."""

    cause = "The tables in {where} are of version {found}; this program needs {known}."
    cure = "Make a copy of the database, then run `registratura db upgrade`; nothing was changed."


class SchemaTorn(OperatorError):
    """Some of our tables are there and not the rest, or are not as they should be."""

    cause = "The tables in {where} are not whole: {what} is missing or otherwise than it should be."
    cure = "Restore the database from a whole copy, or choose another prefix or schema; nothing was changed."


class SchemaForeign(OperatorError):
    """A table with the name of one of ours is somebody else's."""

    cause = "The table {table} in {where} is not of this program."
    cure = "Check the address, or choose a prefix or a schema with TableNames(…); nothing was changed."


def version_of(storage: SqlStorage) -> int:
    """The version of the tables; `EMPTY` if there are none of ours.

    Raises:
        SchemaTorn, SchemaForeign, DatabaseDamaged: they are not as any release of this program makes them.
    """
    with storage.errors.translated():
        there = set(inspect(storage.engine).get_table_names(schema=storage.names.schema))
    ours = sorted(name for table in METADATA.tables if (name := storage.names.of(table)) in there)
    if not ours:
        return EMPTY
    if storage.names.of(META.name) not in ours:
        raise SchemaTorn(where=storage.where, what=storage.names.of(META.name))
    version = _told(storage)
    if version is None:
        raise SchemaTorn(where=storage.where, what="schema_version")
    if not version.isdecimal() or int(version) == EMPTY:
        raise DatabaseDamaged(where=storage.where)
    lacking = [name for table in METADATA.tables if (name := storage.names.of(table)) not in there]
    if int(version) == SCHEMA_VERSION and lacking:
        raise SchemaTorn(where=storage.where, what=", ".join(lacking))
    return int(version)


def _told(storage: SqlStorage) -> str | None:
    try:
        return storage.meta("schema_version")
    except DatabaseUnavailable:
        name = storage.names.of(META.name)
        with storage.errors.translated():
            columns = {found["name"] for found in inspect(storage.engine).get_columns(name, storage.names.schema)}
        if columns >= {"name", "value"}:
            raise
        raise SchemaForeign(where=storage.where, table=name) from None


def see_to_tables(storage: SqlStorage, create: bool) -> None:
    """Make sure that the tables are those of this release; a database without any gets them, if it may.

    Raises:
        DatabaseMissing: there are none, and they are not to be made.
        SchemaOlder, SchemaNewer: another release made them.
    """
    version = version_of(storage)
    if version == EMPTY:
        if not create:
            raise DatabaseMissing(where=storage.where)
        storage.create()
    elif version != SCHEMA_VERSION:
        raise other_release(storage, version)


def other_release(storage: SqlStorage, version: int) -> OperatorError:
    """The error for tables of another release."""
    error = SchemaOlder if version < SCHEMA_VERSION else SchemaNewer
    return error(where=storage.where, found=str(version), known=SCHEMA_VERSION)
