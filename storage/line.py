"""A line to a database: statements run on one cursor of its driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from sqlalchemy import Dialect

from registratura.flows.errors import WithinUnknown
from registratura.flows.ports import Lost
from registratura.storage.databases import BEGIN, Errors
from registratura.storage.statement import Statement


class Line:
    """Runs statements. Every answer is read to its end at once: on SQLite a half-read one holds a transaction open."""

    def __init__(self, cursor: Any, dialect: Dialect, errors: Errors) -> None:
        self._cursor, self._dialect, self._errors = cursor, dialect, errors

    def rows(self, statement: Statement, *values: Any) -> Sequence[Sequence[Any]]:
        """What the statement finds."""
        ready = statement.on(self._dialect)
        try:
            self._cursor.execute(ready.sql, ready.bind(values))
            found: Sequence[Sequence[Any]] = self._cursor.fetchall()
        except self._errors.caught as error:
            if self._errors.cannot_be_held(error):
                return []
            raise self._errors.ours(error) from None
        return found

    def run(self, statement: Statement, *values: Any) -> int:
        """How many rows the statement changed."""
        ready = statement.on(self._dialect)
        try:
            self._cursor.execute(ready.sql, ready.bind(values))
        except self._errors.caught as error:
            raise self._errors.ours(error) from None
        changed: int = self._cursor.rowcount
        return changed

    def change_one(self, statement: Statement, values: Sequence[Any], what: str, which: str) -> None:
        """Run a statement that changes one row, unless somebody was first.

        Raises:
            Lost: somebody was.
        """
        if self.run(statement, *values) != 1:
            raise Lost(what, which)

    def say(self, sql: str) -> None:
        """Run a word of control."""
        try:
            self._cursor.execute(sql)
        except self._errors.caught as error:
            raise self._errors.ours(error) from None

    @contextmanager
    def transaction(self, turn: AbstractContextManager[Any]) -> Iterator[None]:
        """A transaction of our own, when it is its turn."""
        with turn:
            self.say(BEGIN[self._dialect.name])
            try:
                yield
                self.say("COMMIT")
            except BaseException:
                # Some errors have ended the transaction already, and the first error is the one to tell.
                with suppress(Exception):
                    self.say("ROLLBACK")
                raise

    @contextmanager
    def savepoint(self, take_turn: Statement, driver: Any) -> Iterator[None]:
        """A part of a host's transaction that can be lost without losing what the host did.

        Raises:
            WithinUnknown: the driver has begun no transaction, so that everything would stay at once.
        """
        self.run(take_turn)
        if not getattr(driver, "in_transaction", True):
            raise commits_at_once()
        self.say("SAVEPOINT registratura")
        try:
            yield
        except BaseException:
            with suppress(Exception):
                self.say("ROLLBACK TO SAVEPOINT registratura")
                self.say("RELEASE SAVEPOINT registratura")
            raise
        self.say("RELEASE SAVEPOINT registratura")


def commits_at_once() -> WithinUnknown:
    """The error for a host's connection on which nothing can be rolled back."""
    return WithinUnknown(what="connection in AUTOCOMMIT", needed="one whose transaction can be rolled back")
