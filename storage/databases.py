"""What differs between databases: how a transaction begins, and what their drivers' errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from registratura.flows.errors import (
    ConcurrentUpdate,
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseUnavailable,
    RegistraturaError,
)

# The writer's place is taken at once: on SQLite a transaction that reads first and then writes may be told to go.
BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN ISOLATION LEVEL READ COMMITTED"}
# Two processes that make the same tables at once would fail on PostgreSQL, IF NOT EXISTS or not. However long the
# first one takes, the others wait.
MAKING_TABLES = {
    "sqlite": "SELECT 1",
    "postgresql": "SELECT set_config('lock_timeout', '0', true),"
    " pg_advisory_xact_lock(hashtext('registratura tables'))",
}

# https://www.sqlite.org/rescode.html: the low byte is the primary code.
_BUSY, _LOCKED, _CORRUPT, _CANTOPEN, _NOTADB = 5, 6, 11, 14, 26
# https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization, deadlock.
# And a statement that psycopg wrongly believes prepared, after a pipeline that failed: it prepares it when tried anew.
_SOMEBODY_WAS_FIRST = {"40001", "40P01", "26000"}
# Somebody holds a lock, and was waited for. A host's transaction is as good as lost to them; our own is not tried again
# and again, each time as long.
_LOCK_NOT_AVAILABLE = "55P03"


class Errors:
    """The one border: what a driver or SQLAlchemy raises becomes an error of ours.

    A text or number that no database takes (half a surrogate pair) is refused by drivers with Python's own errors.
    Drivers' texts of PostgreSQL may quote values, so only their names and codes are passed on, and no cause is kept.
    """

    def __init__(self, dialect: Dialect, where: str, *, hosts: bool = False) -> None:
        self.caught: tuple[type[Exception], ...] = (
            dialect.loaded_dbapi.Error,
            SQLAlchemyError,
            UnicodeError,
            OverflowError,
        )
        # Not every driver's stand-in under asyncio names it.
        self._refused: type[Exception] = getattr(dialect.loaded_dbapi, "DataError", UnicodeError)
        self._where, self._hosts = where, hosts

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Around what is not on the way of every event; `Line` catches by itself, which is cheaper."""
        try:
            yield
        except self.caught as error:
            raise self.ours(error) from None

    def cannot_be_held(self, error: Exception) -> bool:
        """Whether a value was refused before it was sent, so that nothing can be there under it.

        No database holds half a surrogate pair, and PostgreSQL no NUL.
        """
        refused = isinstance(error, self._refused) and getattr(error, "sqlstate", None) is None
        return refused or isinstance(error, UnicodeError)

    def ours(self, error: Exception) -> RegistraturaError:
        """The error of ours for this one of theirs."""
        original: Any = error.orig if isinstance(error, DBAPIError) and error.orig else error
        sqlite: int | None = getattr(original, "sqlite_errorcode", None)
        state: str | None = getattr(original, "sqlstate", None)
        code = sqlite & 0xFF if sqlite is not None else None
        waited = code in (_BUSY, _LOCKED) or state == _LOCK_NOT_AVAILABLE
        if state in _SOMEBODY_WAS_FIRST or (self._hosts and waited):
            return ConcurrentUpdate(flow_id="of this transaction", expected="the one read")
        if code in (_CORRUPT, _NOTADB):
            return DatabaseDamaged(where=self._where)
        if code == _CANTOPEN:
            return DatabaseMissing(where=self._where)
        name = type(original).__name__
        return DatabaseUnavailable(
            reason=f"{name}, {original}" if sqlite is not None else f"{name} {state or ''}".strip()
        )
