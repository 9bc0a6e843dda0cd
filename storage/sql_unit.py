"""A unit of work on SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from registratura.domain.attempts import Attempts
from registratura.flows.errors import ConcurrentUpdate
from registratura.flows.ports import Lost, Unit
from registratura.flows.rows import (
    Changes,
    ClaimRow,
    EffectRow,
    EvidenceRow,
    FlowRow,
    IdempotencyRow,
    KeyRow,
    LogRow,
    TicketRow,
    TimerRow,
)
from registratura.storage import statements as sql
from registratura.storage.line import Line
from registratura.storage.sql_changes import counter_of, write
from registratura.storage.statement import Statement

EVERYTHING = 2**62


class SqlUnit(Unit):
    """Reads and the one write, over a line. `whole` makes the write one; `hosts`: in a host's transaction."""

    def __init__(self, line: Line, whole: Callable[[], AbstractContextManager[Any]], *, hosts: bool = False) -> None:
        self._line, self._whole, self._hosts = line, whole, hosts

    def flow(self, flow_id: str) -> FlowRow | None:
        row = self._one(sql.FLOW, flow_id)
        return FlowRow._make(row) if row else None

    def flows_of(self, account: str, flow: str | None = None) -> Sequence[FlowRow]:
        rows = self._line.rows(sql.ALL_OF, account) if flow is None else self._line.rows(sql.FLOWS_OF, account, flow)
        return [FlowRow._make(row) for row in rows]

    def claim(self, kind: str, digest: str) -> ClaimRow | None:
        row = self._one(sql.CLAIM, kind, digest)
        return ClaimRow._make(row) if row else None

    def log(self, flow_id: str, after: int = 0, limit: int | None = None) -> Sequence[LogRow]:
        limit = EVERYTHING if limit is None else limit
        return [LogRow._make(row) for row in self._line.rows(sql.ENTRIES, flow_id, after, limit)]

    def log_entry(self, flow_id: str, seq: int) -> LogRow | None:
        row = self._one(sql.ENTRY, flow_id, seq)
        return LogRow._make(row) if row else None

    def evidence(self, flow_id: str) -> Sequence[EvidenceRow]:
        return [EvidenceRow._make(row) for row in self._line.rows(sql.EVIDENCE_OF, flow_id)]

    def timers(self, flow_id: str) -> Sequence[TimerRow]:
        return [TimerRow._make(row) for row in self._line.rows(sql.TIMERS_OF, flow_id)]

    def effects(self, flow_id: str) -> Sequence[EffectRow]:
        return [EffectRow._make(row) for row in self._line.rows(sql.EFFECTS_OF, flow_id)]

    def idempotent(self, scope: str, key: str) -> IdempotencyRow | None:
        row = self._one(sql.IDEMPOTENT, scope, key)
        return IdempotencyRow._make(row) if row else None

    def attempts(self, scope: str) -> Attempts | None:
        row = self._one(sql.COUNTER, scope)
        return counter_of(row) if row else None

    def ticket(self, ticket_id: str) -> TicketRow | None:
        row = self._one(sql.TICKET, ticket_id)
        return TicketRow._make(row) if row else None

    def key(self, key_id: str) -> KeyRow | None:
        row = self._one(sql.KEY, key_id)
        return KeyRow._make(row) if row else None

    def key_of(self, subject: str) -> KeyRow | None:
        row = self._one(sql.KEY_OF, subject)
        return KeyRow._make(row) if row else None

    def write(self, changes: Changes) -> None:
        try:
            with self._line.together(), self._whole():
                write(self._line, changes)
        except ConcurrentUpdate:
            if self._hosts:
                raise
            # Nothing is kept of it, so it can simply be tried again.
            raise Lost("transaction") from None

    def _one(self, statement: Statement, *values: Any) -> Sequence[Any] | None:
        rows = self._line.rows(statement, *values)
        return rows[0] if rows else None
