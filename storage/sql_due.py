"""What workers ask of a storage on SQL: what is due, who has it, how it ended, and what wakes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

from sqlalchemy import Engine

from registratura.flows.ports import Bell, Lost, Storage
from registratura.flows.rows import Changes, EffectRow, FlowRow
from registratura.storage import due_statements as sql
from registratura.storage.bell import Listening, Silent
from registratura.storage.databases import Errors
from registratura.storage.line import Line
from registratura.storage.sql_changes import write
from registratura.storage.together import move_together

Plan = Callable[[Sequence[FlowRow]], Iterable[Changes]]
# A worker whose machine is cut off must not hold its flows for as long as the server believes in its connection.
NOT_FOR_EVER = "SET LOCAL idle_in_transaction_session_timeout = '10s'"


class SqlDue(Storage):
    """The part of a storage that is for workers, over the lines of the rest."""

    engine: Engine
    errors: Errors

    @abstractmethod
    def _line(self) -> AbstractContextManager[Line]: ...
    @abstractmethod
    def _transaction(self, line: Line) -> AbstractContextManager[None]: ...
    @abstractmethod
    def _taken(self) -> Any: ...

    def carry_out(self, now: int, limit: int, plan: Plan) -> tuple[int, Sequence[str]]:
        carry_out = self._locked if self.engine.dialect.name == "postgresql" else self._unlocked
        with self._line() as line:
            return carry_out(line, now, limit, plan)

    def _locked(self, line: Line, now: int, limit: int, plan: Plan) -> tuple[int, Sequence[str]]:
        """What is found is this worker's alone, until it is written."""
        with self._transaction(line):
            line.say(NOT_FOR_EVER)
            rows = _due_flows(line, now, limit)
            planned = list(plan(rows))
            with line.together():
                move_together(line, planned)
                line.settle()
        return len(rows), [_flow_of(changes) for changes in planned]

    def _unlocked(self, line: Line, now: int, limit: int, plan: Plan) -> tuple[int, Sequence[str]]:
        """A writer of SQLite keeps all others waiting: it begins when everything has been decided."""
        rows = _due_flows(line, now, limit)
        planned, moved = list(plan(rows)), list[str]()
        with self._transaction(line) if planned else nullcontext():
            for changes in planned:
                # The flow is written first: if it is lost, so is the rest of it.
                with suppress(Lost):
                    write(line, changes)
                    moved.append(_flow_of(changes))
        return len(rows), moved

    def next_due(self, after: int) -> int | None:
        with self._line() as line:
            return min((due for due in line.rows(sql.NEXT_DUE, after)[0] if due is not None), default=None)

    @contextmanager
    def bell(self) -> Iterator[Bell]:
        # Only psycopg 3 can listen as we do; under a host's engine with another driver workers look now and then.
        if self.engine.dialect.driver != "psycopg" or self.engine.dialect.is_async:
            yield Silent()
            return
        pooled = self._taken()
        connection = pooled.driver_connection
        # The pool has its place back: a worker sleeps for as long as the process lives.
        pooled.detach()
        try:
            with self.errors.translated():
                yield Listening(connection)
        finally:
            # Not by the pool: it would roll back first, and write a traceback to its log if the server is gone.
            connection.close()
            pooled.invalidate()

    def lease_effects(
        self, now: int, until: int, limit: int, in_order: Collection[str] = (), left: Collection[str] = ()
    ) -> Sequence[EffectRow]:
        asked = (now, _one_text(in_order), _one_text(left), limit)
        with self._line() as line, self._transaction(line):
            due = [EffectRow._make(row) for row in line.rows(sql.DUE_EFFECTS, *asked)]
            for row in due:
                line.run(sql.LEASE_EFFECT, until, row.id)
        return [row._replace(status="leased", due=until, attempts=row.attempts + 1) for row in due]

    def renew_lease(self, effect_id: str, leased: int, until: int) -> bool:
        with self._line() as line, self._transaction(line):
            return line.run(sql.RENEW_LEASE, until, effect_id, leased) == 1

    def settle_effect(self, effect_id: str, leased: int, *, status: str, attempts: int, due: int, error: str) -> None:
        with self._line() as line, self._transaction(line):
            line.run(sql.SETTLE_EFFECT, status, attempts, due, error, effect_id, leased)
            if status == "pending":
                line.ring()

    def effects(self, status: str | None = None, limit: int = 100) -> Sequence[EffectRow]:
        with self._line() as line:
            asked = (sql.EFFECTS_NOW, limit) if status is None else (sql.EFFECTS_THAT_ARE, status, limit)
            return [EffectRow._make(row) for row in line.rows(*asked)]

    def retry_dead(self, effect_id: str, due: int, in_order: Collection[str] = ()) -> bool:
        with self._line() as line, self._transaction(line):
            line.ring()
            return line.run(sql.RETRY_DEAD, due, effect_id, _one_text(in_order)) == 1

    def drop_dead(self, effect_id: str, now: int) -> bool:
        with self._line() as line, self._transaction(line):
            return line.run(sql.DROP_DEAD, now, effect_id) == 1


def _due_flows(line: Line, now: int, limit: int) -> Sequence[FlowRow]:
    return [FlowRow._make(row) for row in line.rows(sql.DUE_FLOWS, now, limit)]


def _one_text(kinds: Collection[str]) -> str:
    return "".join(f" {kind} " for kind in sorted(kinds))


def _flow_of(changes: Changes) -> str:
    return changes.flows[0][0].id
