"""Places for the benchmarks: files of SQLite, and a PostgreSQL server that waits for the disk, as in production."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count

from sqlalchemy import URL, make_url

from registratura.features.databases import NoServer, of_our_own, say

NAMED = "REGISTRATURA_BENCH_POSTGRES"
_numbers = count()


@cache
def server() -> URL:
    """Its address: the one that is named, or one of our own with the settings it is shipped with.

    Raises:
        NoServer: there is none.
    """
    if named := os.environ.get(NAMED):
        return make_url(named).set(drivername="postgresql+psycopg")
    try:
        return of_our_own()
    except ImportError:
        raise NoServer(f"no PostgreSQL: name one in {NAMED}, or install requirements/bench.txt") from None


@contextmanager
def two(kind: str) -> Iterator[tuple[str, str]]:
    """The addresses of two new places, on PostgreSQL or else in files of SQLite, gone afterwards."""
    if kind == "postgresql":
        url = server()
        names = [f"bench_{os.getpid()}_{next(_numbers)}" for _ in range(2)]
        say(url, *(f"CREATE DATABASE {name}" for name in names))
        try:
            first, second = (url.set(database=name).render_as_string(hide_password=False) for name in names)
            yield first, second
        finally:
            say(url, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))
    else:
        with tempfile.TemporaryDirectory(prefix="registratura-bench-") as folder:
            yield f"sqlite:///{folder}/portal.db", f"sqlite:///{folder}/raw.db"
