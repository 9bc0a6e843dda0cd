"""`registratura db`: brings the tables to a version by Alembic, all in one transaction; says what would be done.

Alembic is imported by nobody who does not ask for this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, StaticPool

from registratura.storage import migrations
from registratura.storage.databases import BEGIN, MAKING_TABLES
from registratura.storage.migrations import OPTION
from registratura.storage.names import TableNames
from registratura.storage.schema import EMPTY, SchemaTorn, other_release, version_of
from registratura.storage.sql import SqlStorage
from registratura.storage.tables import METADATA, SCHEMA_VERSION, renamed

NAMED = "registratura_"
# A migration of a large table takes longer than any event: who comes second waits as long as that, in ms.
PATIENCE = 3_600_000


@dataclass(frozen=True, slots=True)
class Release:
    """What a release of the program brings: the folder of its migrations, and the tables they lead to."""

    folder: Path
    tables: MetaData
    version: int

    def steps(self, found: int) -> list[Script]:
        """The migrations after that version, in their order."""
        scripts = ScriptDirectory(str(self.folder), version_locations=[str(self.folder)])
        known = {int(script.revision.removeprefix(NAMED)): script for script in scripts.walk_revisions()}
        return [known[number] for number in range(found + 1, self.version + 1)]


THIS = Release(Path(migrations.__file__).parent, METADATA, SCHEMA_VERSION)


def upgrade(storage: SqlStorage, release: Release = THIS) -> tuple[int, int]:
    """Bring the tables to the release's version: the versions before and after. Who comes second waits.

    Raises:
        SchemaNewer, SchemaTorn, SchemaForeign: they are not to be touched.
        DatabaseUnavailable, …: the database did not take it. In each case everything is as it was.
    """
    version_of(storage)  # What is torn or foreign is said before anything is locked.
    with storage.errors.translated(), _transaction(storage) as connection:
        found = migrations.version_now(connection, storage.names)
        if found > release.version:
            raise other_release(storage, found)
        _run(release.steps(found), MigrationContext.configure(connection, opts={OPTION: storage.names}))
        _must_be_whole(storage, connection, release)
    return found, release.version


def check(storage: SqlStorage) -> int:
    """Whether the tables are those of this release; gives their version, `EMPTY` where there are none.

    Raises:
        SchemaOlder, SchemaNewer, SchemaTorn, SchemaForeign: they are not.
    """
    version = version_of(storage)
    if version not in (EMPTY, SCHEMA_VERSION):
        raise other_release(storage, version)
    if version != EMPTY:
        with storage.errors.translated(), _connection(storage) as connection:
            _must_be_whole(storage, connection, THIS)
    return version


def script(storage: SqlStorage, found: int, release: Release = THIS) -> str:
    """The SQL that `upgrade` runs from that version on."""
    out, dialect = StringIO(), storage.engine.dialect
    _run(
        release.steps(found),
        MigrationContext.configure(
            dialect=dialect, opts={"as_sql": True, "output_buffer": out, "literal_binds": True, OPTION: storage.names}
        ),
    )
    begin = [BEGIN[dialect.name]] if dialect.name == "sqlite" else [BEGIN[dialect.name], MAKING_TABLES[dialect.name]]
    return "".join(f"{words};\n\n" for words in begin) + f"{out.getvalue()}COMMIT;\n"


def differences(connection: Connection, names: TableNames, tables: MetaData = METADATA) -> list[Any]:
    """What Alembic finds missing or otherwise in the tables; what somebody added (an index, a table) is theirs."""
    # Alembic knows the schema that is the connection's own by no name.
    default = connection.dialect.default_schema_name
    known = TableNames(None, names.prefix) if names.schema == default else names
    opts = {
        "include_schemas": known.schema is not None,
        "include_name": lambda name, kind, parents: kind != "schema" or name == known.schema,
        "include_object": lambda thing, name, kind, reflected, compared: not reflected or compared is not None,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=opts), renamed(tables, known)))


def _run(steps: list[Script], context: MigrationContext) -> None:
    with Operations.context(context):
        for step in steps:
            step.module.upgrade()


def _must_be_whole(storage: SqlStorage, connection: Connection, release: Release) -> None:
    if found := differences(connection, storage.names, release.tables):
        raise SchemaTorn(where=storage.where, what=", ".join(sorted(set(_named(found)))))


def _named(found: list[Any]) -> Iterator[str]:
    """What the differences are about: a table, a table's column, an index."""
    for one in found:
        if isinstance(one, list):
            yield from _named(one)
            continue
        _, first, *rest = one
        # A column's difference begins with the schema.
        parts = rest if first is None or isinstance(first, str) else [first]
        yield ".".join(str(getattr(part, "name", part)) for part in parts[:2])


@contextmanager
def _transaction(storage: SqlStorage) -> Iterator[Connection]:
    """Everything in it stays together or not at all; the DDL of SQLite too, for the transaction is begun in words."""
    make = storage.engine.dialect.name
    with _connection(storage) as connection:
        if make == "sqlite":
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            connection.exec_driver_sql(BEGIN[make])
            connection.exec_driver_sql(MAKING_TABLES[make])
            yield connection
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with suppress(Exception):  # The first error is the one to tell.
                connection.exec_driver_sql("ROLLBACK")
            raise
        finally:
            if make == "sqlite":
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")


@contextmanager
def _connection(storage: SqlStorage) -> Iterator[Connection]:
    """SQLAlchemy's connection over the driver's: no listener and no setting of a host's engine comes between."""
    storage.must_be_open()
    with storage.driver() as raw:
        bare = Engine(StaticPool(lambda: raw), storage.engine.dialect, storage.engine.url)
        with bare.connect() as connection:
            yield connection
