"""The storage on SQL: SQLite embedded, PostgreSQL for many processes, by the same statements.

Its own units read what is committed, each read by itself, and write in a transaction that begins when everything has
been decided. In a host's transaction both happen there, the write inside a savepoint. Own connections come from the
engine's pool and are the driver's own: a host's listeners for `begin` do not come between.

After a fork both processes may go on. A host's own engine is the host's to dispose of before it, as SQLAlchemy says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from threading import RLock, get_ident
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool

from registratura.domain.attempts import Attempts
from registratura.flows.errors import DatabaseUnavailable, PortalClosed, WithinUnknown
from registratura.flows.rows import KeyRow, SecurityRow, TicketRow
from registratura.storage import statements as sql
from registratura.storage.databases import MAKING_TABLES, Errors
from registratura.storage.forks import watch_forks
from registratura.storage.line import Line, commits_at_once
from registratura.storage.names import OUR_NAMES, TableNames, speech_of
from registratura.storage.sql_changes import UNCOUNTED, counter_of, counter_values
from registratura.storage.sql_rekeying import SqlRekeying
from registratura.storage.sql_unit import SqlUnit
from registratura.storage.tables import SCHEMA_VERSION


class SqlStorage(SqlRekeying):
    """Rows in a database. It may be shared by threads. `storage_for` makes one and sees that the tables are there."""

    def __init__(self, engine: Engine, *, names: TableNames = OUR_NAMES, disposes: bool = False) -> None:
        self.engine, self.names, self._disposes = engine, names, disposes
        self._speech = speech_of(engine.dialect, names)
        # Without its query, which may hold a password too.
        self.where = engine.url.set(query={}).render_as_string(hide_password=True)
        self.errors = Errors(engine.dialect, self.where)
        self._kept: Any = None
        self.shared = isinstance(engine.pool, StaticPool)
        # By thread and task: tasks of one thread take turns in the middle of a unit.
        self._held: dict[tuple[int, object], Line] = {}
        self._turn, self._torn, self._closed = self._new_turn(), False, False
        watch_forks(self)

    @contextmanager
    def unit(self, within: Any = None) -> Iterator[SqlUnit]:
        if within is not None:
            with self._hosts_unit(within) as unit:
                yield unit
        else:
            with self._line() as line:
                yield SqlUnit(line, partial(line.transaction, self._turn))

    def count_attempts(
        self,
        ticket: TicketRow,
        scopes: Sequence[str],
        judge: Callable[[dict[str, Attempts]], tuple[str, dict[str, Attempts]]],
    ) -> TicketRow:
        blank = counter_values(UNCOUNTED)
        with self._line() as line, self._transaction(line):
            if not line.run(sql.ADD_TICKET, *ticket):
                return TicketRow._make(line.rows(sql.TICKET, ticket.id)[0])
            # In one order for all, so that two writers cannot wait for each other.
            for scope in sorted(scopes):
                line.run(sql.ADD_COUNTER, scope, *blank)
            counters = {scope: _held(line, scope) for scope in sorted(scopes)}
            verdict, after = judge(counters)
            for scope, attempts in after.items():
                line.run(sql.SET_COUNTER, scope, *counter_values(attempts))
            line.run(sql.JUDGE_TICKET, verdict, ticket.id)
        return ticket._replace(verdict=verdict)

    def add_security_event(self, row: SecurityRow) -> None:
        with self._line() as line, self._transaction(line):
            line.run(sql.ADD_SECURITY_EVENT, *row)

    def security_events(self, limit: int = 100) -> Sequence[SecurityRow]:
        with self._line() as line:
            return [SecurityRow._make(row) for row in line.rows(sql.SECURITY_EVENTS, limit)]

    def flow_ids(self, after: str = "", limit: int = 100) -> Sequence[str]:
        with self._line() as line:
            return [row[0] for row in line.rows(sql.FLOW_IDS, after, limit)]

    def meta(self, name: str) -> str | None:
        with self._line() as line:
            rows = line.rows(sql.META_VALUE, name)
        return rows[0][1] if rows else None

    def add_meta(self, name: str, value: str) -> str:
        with self._line() as line, self._transaction(line):
            line.run(sql.ADD_META, name, value)
            return str(line.rows(sql.META_VALUE, name)[0][1])

    def change_meta(self, name: str, before: str, value: str) -> bool:
        with self._line() as line, self._transaction(line):
            return line.run(sql.CHANGE_META, name, before, value) == 1

    def data_keys(self, after: str = "", limit: int = 100) -> Sequence[KeyRow]:
        with self._line() as line:
            return [KeyRow._make(row) for row in line.rows(sql.KEYS_AFTER, after, limit)]

    def rewrap(self, keys: Sequence[tuple[KeyRow, str]]) -> int:
        with self._line() as line, self._transaction(line):
            return sum(line.run(sql.REWRAP, key.id, key.wrapped, wrapped) for key, wrapped in keys)

    def purge(self, before: int) -> int:
        with self._line() as line, self._transaction(line):
            return line.run(sql.FORGET_ANSWERS, before) + line.run(sql.FORGET_TICKETS, before)

    def create(self) -> None:
        """Make the tables that are not there: all of them or, if something is in the way, none."""
        with self._line() as line, self._transaction(line):
            line.say(MAKING_TABLES[self._speech.name])
            if schema := self._missing_schema(line):
                line.say(f'CREATE SCHEMA "{schema}"')
            for statement in sql.CREATE:
                line.run(statement)
            line.run(sql.ADD_META, "schema_version", str(SCHEMA_VERSION))

    def _missing_schema(self, line: Line) -> str | None:
        """The schema that is to be made. Who may not make any can use one that is there."""
        schema = self.names.schema
        return None if schema is None or line.rows(sql.SCHEMA, schema) else schema

    def close(self) -> None:
        """Close the connections, unless the engine is the host's. From now on no call is taken."""
        self._closed = True
        if self._disposes:
            self.engine.dispose()

    def before_fork(self) -> None:
        """Close what is idle: a child must not inherit SQLite's connections, whose locks stay the parent's."""
        if self._disposes and not self.shared:
            self.engine.dispose()

    def in_child(self) -> None:
        """Other threads' locks and units are not here. What their units had open cannot be used or closed here."""
        cut = bool(self._held)
        self._turn, self._torn = self._new_turn(), self._torn or cut
        self._held.clear()

    def _new_turn(self) -> AbstractContextManager[Any]:
        """Writers of one process queue here: SQLite's own queue lets some of them starve."""
        return RLock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A line of this thread's or task's own; what is called inside a unit uses the same, so that no pool runs dry.

        A connection that all threads share (`:memory:`) is one thread's for as long as its unit lasts.
        """
        owner = _owner()
        if owner in self._held:
            yield self._held[owner]
            return
        self.must_be_open()
        if self._torn:
            raise DatabaseUnavailable(reason="forked in the middle of an event; open it after the fork")
        with self.driver() as connection:
            line = self._held[owner] = Line(connection, self._speech, self.errors)
            try:
                yield line
            finally:
                del self._held[owner]

    def driver(self) -> AbstractContextManager[Any]:
        """The driver's connection, on which nothing has begun."""
        return self._shared_connection() if self.shared else self._connection()

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """The driver's connection, on which each statement stands by itself unless a transaction is begun in words.

        Of an asynchronous driver it is SQLAlchemy's stand-in for it, whose calls wait in the greenlet.
        """
        pool, pooled = self.engine.pool, self._taken()
        connection: Any = pooled.dbapi_connection
        # Drivers that begin transactions by themselves are told not to; the classic sqlite3 does not for reads.
        begins = getattr(connection, "autocommit", None) is False
        try:
            if begins:
                connection.autocommit = True
            yield connection
        finally:
            try:
                if begins:
                    connection.autocommit = False
            except self.errors.caught:
                pooled.invalidate()  # It has ended.
            if self._disposes and self.engine.pool is not pool:
                # The pool was closed meanwhile: it would keep what comes back.
                pooled.invalidate()
            pooled.close()

    def _taken(self) -> Any:
        try:
            return self.engine.raw_connection()
        except self.errors.caught as error:
            raise self.errors.ours(error) from None

    @contextmanager
    def _shared_connection(self) -> Iterator[Any]:
        """The one connection there is (`:memory:`), not given back: that would roll back a host's transaction."""
        with self._turn:
            if self._kept is None:
                with self._connection() as self._kept:
                    pass
            yield self._kept

    def must_be_open(self) -> None:
        """Raise PortalClosed after `close`."""
        if self._closed:
            raise PortalClosed()

    def _transaction(self, line: Line) -> AbstractContextManager[None]:
        return line.transaction(self._turn)

    @contextmanager
    def _hosts_unit(self, within: Any) -> Iterator[SqlUnit]:
        self.must_be_open()
        errors = Errors(self.engine.dialect, self.where, hosts=True)
        with errors.translated():
            connection = within if isinstance(within, Connection) else _connection_of(within)
            if not isinstance(connection, Connection):
                raise WithinUnknown(what=type(within).__name__, needed="SQLAlchemy's Session or Connection")
            if not connection.in_transaction():
                connection.begin()
            if _autocommits(connection) or getattr(connection.connection.driver_connection, "autocommit", None) is True:
                raise commits_at_once()
            speech = speech_of(connection.dialect, self.names)
            line = Line(connection.connection.dbapi_connection, speech, errors)
        try:
            turn = sql.TAKE_TURN if connection.dialect.name == "sqlite" else None
            whole = partial(line.savepoint, turn, connection.connection.driver_connection)
            yield SqlUnit(line, whole, hosts=True)
        finally:
            line.close()


def _connection_of(within: Any) -> Any:
    """That of a host's session. The ORM is imported for hosts that have one: it takes a tenth of a second."""
    from sqlalchemy.orm import Session, scoped_session

    return within.connection() if isinstance(within, Session | scoped_session) else within


def _autocommits(connection: Connection) -> bool:
    """Whether SQLAlchemy was told, for this connection or the whole engine, that each statement commits by itself."""
    level = connection.get_execution_options().get("isolation_level")
    return (level or getattr(connection.dialect, "_on_connect_isolation_level", None)) == "AUTOCOMMIT"


def _owner() -> tuple[int, object]:
    try:
        return get_ident(), asyncio.current_task()
    except RuntimeError:
        return get_ident(), None


def _held(line: Line, scope: str) -> Attempts:
    """A counter that nobody else counts until this transaction has ended."""
    while not (rows := line.rows(sql.HOLD_COUNTER, scope)):
        # It was let go meanwhile, since it was under a former digest key.
        line.run(sql.ADD_COUNTER, scope, *counter_values(UNCOUNTED))
    return counter_of(rows[0])
