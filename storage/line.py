"""A line to a database: statements run on one cursor of its driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from registratura.flows.ports import Lost
from registratura.storage.databases import BEGIN, Errors
from registratura.storage.statement import Statement


class Todo(NamedTuple):
    """A statement to run in a transaction. `met` asks the cursor whether it went as expected; if not, `lost`."""

    statement: Statement
    values: Sequence[Any]
    many: bool = False
    met: Callable[[Any], bool] | None = None
    lost: tuple[str, str] | None = None


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
        except UnicodeError:
            # Half a surrogate pair: no database can hold such a text, so nothing is there under it.
            return []
        except self._errors.caught as error:
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

    def say(self, sql: str) -> None:
        """Run a word of control."""
        try:
            self._cursor.execute(sql)
        except self._errors.caught as error:
            raise self._errors.ours(error) from None

    def bound(self, todos: Sequence[Todo]) -> Sequence[Callable[[], None]]:
        """All that can be got ready before a transaction begins: nobody else writes while it is open."""
        return [self._bound(todo) for todo in todos]

    def _bound(self, todo: Todo) -> Callable[[], None]:
        ready, cursor, errors = todo.statement.on(self._dialect), self._cursor, self._errors
        values: Any = list(map(ready.bind, todo.values)) if todo.many else ready.bind(todo.values)
        execute = cursor.executemany if todo.many else cursor.execute

        def run() -> None:
            try:
                execute(ready.sql, values)
                met = todo.met is None or todo.met(cursor)
            except errors.caught as error:
                raise errors.ours(error) from None
            if not met and todo.lost:
                raise Lost(*todo.lost)

        return run

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
    def savepoint(self, take_turn: Statement) -> Iterator[None]:
        """A part of a host's transaction that can be lost without losing what the host did."""
        self.run(take_turn)
        self.say("SAVEPOINT registratura")
        try:
            yield
        except BaseException:
            with suppress(Exception):
                self.say("ROLLBACK TO SAVEPOINT registratura")
                self.say("RELEASE SAVEPOINT registratura")
            raise
        self.say("RELEASE SAVEPOINT registratura")
