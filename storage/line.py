"""A line to a database: statements run on one cursor of its driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any

from registratura.flows.errors import WithinUnknown
from registratura.flows.ports import Lost
from registratura.storage.batch import Batch, Check, batch_on
from registratura.storage.bell import CHANNEL
from registratura.storage.databases import BEGIN, Errors
from registratura.storage.names import Speech
from registratura.storage.statement import Statement

_ROLLBACKS = count()


class Line:
    """Runs statements. Every answer is read to its end at once: on SQLite a half-read one holds a transaction open."""

    def __init__(self, connection: Any, speech: Speech, errors: Errors) -> None:
        self._connection, self._speech, self._errors = connection, speech, errors
        self._cursor = connection.cursor()
        self._batch: Batch | None = None

    def close(self) -> None:
        """Let go of the cursor."""
        self._cursor.close()

    def rows(self, statement: Statement, *values: Any) -> Sequence[Sequence[Any]]:
        """What the statement finds."""
        self.settle()
        ready = statement.on(self._speech)
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
        ready = statement.on(self._speech)
        try:
            self._cursor.execute(ready.sql, ready.bind(values))
        except self._errors.caught as error:
            raise self._errors.ours(error) from None
        changed: int = self._cursor.rowcount
        return changed

    def change_one(self, statement: Statement, values: Sequence[Any], what: str, which: str, *, rows: int = 1) -> None:
        """Run a statement that changes so many rows, unless somebody was first; a batch knows when it settles.

        Raises:
            Lost: somebody was.
        """
        check = partial(_all_or_lost, wanted=rows, what=what, which=which)
        if not self._sent(statement, values, check):
            check(self.run(statement, *values))

    def must_find(self, statement: Statement, values: Sequence[Any], what: str, which: str) -> None:
        """Look for a row, which is there unless somebody was first; in a batch that is known when it settles.

        Raises:
            Lost: somebody was.
        """
        check = partial(_all_or_lost, wanted=1, what=what, which=which)
        if not self._sent(statement, values, check):
            check(len(self.rows(statement, *values)))

    def change(self, statement: Statement, *values: Any) -> None:
        """Run a statement of which nobody asks how many rows it changed."""
        if not self._sent(statement, values):
            self.run(statement, *values)

    def ring(self) -> None:
        """Wake the workers once this is committed, where the database can."""
        if self._speech.name == "postgresql":
            self.say(f"NOTIFY {CHANNEL}")

    def say(self, sql: str) -> None:
        """Run a word of control."""
        try:
            if self._batch is None:
                self._cursor.execute(sql)
            else:
                self._batch.send(sql)
        except self._errors.caught as error:
            raise self._errors.ours(error) from None

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is changed in here is sent together, where the driver can."""
        try:
            with batch_on(self._connection) as self._batch:
                yield
        except self._errors.caught as error:
            raise self._errors.ours(error) from None
        finally:
            self._batch = None

    def settle(self) -> None:
        """Wait for what was sent together.

        Raises:
            Lost: somebody was first.
        """
        if self._batch is not None:
            try:
                self._batch.settle()
            except self._errors.caught as error:
                raise self._errors.ours(error) from None

    def _sent(self, statement: Statement, values: Sequence[Any], check: Check | None = None) -> bool:
        """Whether there is a batch, with which the statement went."""
        if self._batch is None:
            return False
        ready = statement.on(self._speech)
        try:
            self._batch.send(ready.sql, ready.bind(values), check)
        except self._errors.caught as error:
            raise self._errors.ours(error) from None
        return True

    @contextmanager
    def transaction(self, turn: AbstractContextManager[Any]) -> Iterator[None]:
        """A transaction of our own, when it is its turn."""
        with turn:
            self.say(BEGIN[self._speech.name])
            try:
                yield
                self.settle()
                # Its answer comes with the end of the batch, which waits for it: a journey less.
                self.say("COMMIT")
            except BaseException:
                # Some errors have ended the transaction already, and the first error is the one to tell.
                with suppress(Exception):
                    self.settle()
                with suppress(Exception):
                    self._roll_back()
                raise

    def _roll_back(self, to: str = "") -> None:
        """Undo what was done. The words are new each time, for psycopg heeds only answers to words new to it.

        Of a pipeline that failed it believes statements prepared that are not, for ever. At a ROLLBACK it forgets all.
        """
        self.say(f"ROLLBACK{to} -- {next(_ROLLBACKS)}")
        self.settle()

    @contextmanager
    def savepoint(self, take_turn: Statement | None, driver: Any) -> Iterator[None]:
        """A part of a host's transaction that can be lost without losing what the host did.

        Raises:
            WithinUnknown: the driver has begun no transaction, so that everything would stay at once.
        """
        if take_turn is not None:
            self.change(take_turn)
        if not getattr(driver, "in_transaction", True):
            raise commits_at_once()
        self.say("SAVEPOINT registratura")
        try:
            yield
            self.settle()
        except BaseException:
            with suppress(Exception):
                self.settle()
            with suppress(Exception):
                self._roll_back(" TO SAVEPOINT registratura")
                self.say("RELEASE SAVEPOINT registratura")
                self.settle()
            raise
        self.say("RELEASE SAVEPOINT registratura")
        self.settle()


def _all_or_lost(rows: int, *, wanted: int, what: str, which: str) -> None:
    if rows != wanted:
        raise Lost(what, which)


def commits_at_once() -> WithinUnknown:
    """The error for a host's connection on which nothing can be rolled back."""
    return WithinUnknown(what="connection in AUTOCOMMIT", needed="one whose transaction can be rolled back")
