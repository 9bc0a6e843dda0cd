"""Opening a database: an address, a file or the host's engine becomes a storage whose tables are there."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Engine, SingletonThreadPool, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from registratura.flows.errors import (
    AddressUnreadable,
    DatabaseMissing,
    DatabaseUnavailable,
    DatabaseUnsupported,
    PoolUnfit,
)
from registratura.storage.databases import BEGIN
from registratura.storage.names import OUR_NAMES, TableNames
from registratura.storage.postgresql import must_be_alive, see_to_server, wait_no_longer
from registratura.storage.schema import see_to_tables
from registratura.storage.sql import SqlStorage

# FULL: what was committed survives a loss of power, also in WAL. A writer of another process is waited for, in ms.
# What is deleted or overwritten, a destroyed key above all, is not left in the file's free space.
PATIENCE = 5000
PRAGMAS = (f"busy_timeout = {PATIENCE}", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")


Database = str | os.PathLike[str] | URL | Engine


def storage_for(database: Database, *, create: bool = True, names: TableNames = OUR_NAMES) -> SqlStorage:
    """The storage in a database.

    Args:
        database: an SQLAlchemy address (`sqlite:///portal.db`, `sqlite://` in memory, `postgresql://host/portal`), a
            path of an SQLite file, or the host's own engine, which stays the host's: its settings are not touched and
            it is not closed.
        create: make the tables, and the SQLite file, if they are not there.
        names: what the tables are called.

    Raises:
        DatabaseMissing: there is nothing at that address, and it is not to be made; or its folder is not there.
        AddressUnreadable, DatabaseUnsupported: it is no address, or none of SQLite or PostgreSQL.
        ServerUnreachable, ServerTooOld, ServerReadOnly: the PostgreSQL there cannot be used.
        PoolUnfit: the host's engine gives all tasks one connection.
        DatabaseDamaged: it is not a database.
        DatabaseUnavailable: it does not answer, or may not be written.
        SchemaOlder, SchemaNewer: another release made the tables.
        SchemaTorn, SchemaForeign: the tables are not whole, or not ours.
        NamesUnfit: a schema, for SQLite.
    """
    storage = reached(database, create, names)
    try:
        see_to_tables(storage, create)
    except BaseException:
        storage.close()
        raise
    return storage


def reached(database: Database, create: bool, names: TableNames) -> SqlStorage:
    """The storage, whatever its tables are."""
    disposes = not isinstance(database, Engine)
    engine = _fit(database) if isinstance(database, Engine) else _engine(_url(database), create)
    storage = SqlStorage(engine, names=names, disposes=disposes)
    if engine.dialect.name == "postgresql":
        try:
            see_to_server(engine, storage.where, storage.errors)
        except BaseException:
            storage.close()
            raise
    return storage


def _url(database: Any) -> URL:
    if isinstance(database, URL):
        return database
    text = os.fspath(database) if isinstance(database, str | os.PathLike) else ""
    if not text:
        raise AddressUnreadable()
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except (SQLAlchemyError, ValueError):
        raise AddressUnreadable() from None


def _fit(engine: Engine) -> Engine:
    """A host's engine, if units that run at once are kept apart on it."""
    _must_be_known(engine.dialect.name)
    one_for_all = isinstance(engine.pool, StaticPool) and engine.dialect.is_async
    if one_for_all or isinstance(engine.pool, SingletonThreadPool):
        raise PoolUnfit(pool=type(engine.pool).__name__)
    return engine


def _must_be_known(make: str) -> None:
    if make not in BEGIN:
        raise DatabaseUnsupported(found=make)


def _engine(url: URL, create: bool) -> Engine:
    _must_be_known(url.get_backend_name())
    options: dict[str, Any]
    if url.get_backend_name() == "postgresql":
        options = {}
    elif url.database in (None, "", ":memory:"):
        # One connection for all threads: another one would be another, empty database.
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    else:
        _must_be_there(Path(str(url.database)), create)
        # SQLite has room for readers; a thread that waits for a connection would wait for other threads' hashing.
        options = {"max_overflow": -1}
    try:
        engine = create_engine(url, **options)
    except (SQLAlchemyError, ImportError) as error:
        raise DatabaseUnavailable(reason=f"no driver for {url.drivername!r} ({type(error).__name__})") from None
    if engine.dialect.is_async:
        raise DatabaseUnavailable(reason=f"{url.drivername} is asynchronous: give Registratura.aopen an AsyncEngine")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_up)
    else:
        event.listen(engine, "connect", wait_no_longer)
        event.listen(engine, "checkout", must_be_alive)
    return engine


def _must_be_there(file: Path, create: bool) -> None:
    if str(file).startswith("file:"):
        return
    if not (file.parent.is_dir() if create else file.is_file()):
        raise DatabaseMissing(where=str(file if file.parent.is_dir() else file.parent))


def set_up(connection: Any, record: object = None) -> None:
    """What each connection to SQLite is told first."""
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Of two that turn to the write-ahead log at once, SQLite sends one away without waiting: it comes again."""
    until = monotonic() + PATIENCE / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(0.01)
