"""A portal whose statements are noted as they reach the driver, and the bare driver that does the same again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

import psycopg
from sqlalchemy import event, make_url
from support import SECRET, Call, Notes

from registratura.host import Registratura
from registratura.storage.open import set_up


def noted_portal(address: str) -> tuple[Registratura, Notes]:
    """A portal there, and what reaches its driver. Noting costs the portal a microsecond or so for each event."""
    notes = Notes()
    portal = Registratura(address, lambda: SECRET)
    engine = portal.engine.storage.engine
    more = {"factory": _sqlite(notes)} if engine.dialect.name == "sqlite" else {"cursor_factory": _psycopg(notes)}
    event.listen(engine, "do_connect", lambda *args: args[-1].update(more))
    engine.dispose()  # So that it connects anew.
    return portal, notes


def _sqlite(notes: Notes) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, values: Any = ()) -> Any:
            notes.append(Call(sql, values))
            return super().execute(sql, values)

        def executemany(self, sql: str, values: Any) -> Any:
            notes.append(Call(sql, values, True))
            return super().executemany(sql, values)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

    return Connection


def _psycopg(notes: Notes) -> type[psycopg.Cursor[Any]]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            notes.append(Call(query, params))
            return super().execute(query, params, **more)

    return Cursor


class Raw:
    """The bare driver beside a portal, on tables of its own, with the statements of the portal's events."""

    def __init__(self, address: str, before: Sequence[Call]) -> None:
        """`before`: what made the portal's flow."""
        url = make_url(address)
        self.made = url.get_backend_name()
        self._one: Callable[[Sequence[Call]], None]
        if self.made == "sqlite":
            connection = sqlite3.connect(str(url.database), isolation_level=None)
            set_up(connection)
            self._cursor: Any = connection.cursor()
            self._one = self._on_sqlite
        else:
            plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(plain, autocommit=True)
            self._cursor = self._connection.cursor()
            self._one = self._on_postgresql
        for one in events_in(before):
            self._one(one)

    def replay(self, calls: Sequence[Call]) -> float:
        """The seconds that one event takes."""
        begun = time.perf_counter()
        self._one(calls)
        return time.perf_counter() - begun

    def _on_sqlite(self, calls: Sequence[Call]) -> None:
        for sql, values, many in calls:
            if many:
                self._cursor.executemany(sql, values)
            elif sql.startswith("SELECT"):
                assert self._cursor.execute(sql, values).fetchall() is not None
            else:
                self._cursor.execute(sql, values)

    def _on_postgresql(self, calls: Sequence[Call]) -> None:
        """Reads one by one, then all that is written in one pipeline, looked at before it is committed."""
        cursor = self._cursor
        for reads, some in groupby(calls, lambda call: call.sql.startswith("SELECT")):
            if reads:
                for sql, values, _ in some:
                    cursor.execute(sql, values).fetchall()
                continue
            with self._connection.pipeline() as pipeline:
                for sql, values, _ in some:
                    if sql == "COMMIT":
                        pipeline.sync()
                        assert cursor.rowcount == 1
                    cursor.execute(sql, values)


def events_in(notes: Sequence[Call]) -> Iterator[list[Call]]:
    """The statements by event: each ends with its COMMIT."""
    one: list[Call] = []
    for call in notes:
        one.append(call)
        if call.sql == "COMMIT":
            yield one
            one = []
