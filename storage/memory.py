"""The storage in memory: the same promises as on SQL, for the tests of a host and for trying things out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, NoReturn

from registratura.domain.attempts import Attempts
from registratura.flows.errors import ConcurrentUpdate, PortalClosed, WithinUnknown
from registratura.flows.ports import Bell, Unit
from registratura.flows.rows import (
    ERASED,
    Changes,
    ClaimRow,
    EffectRow,
    EvidenceRow,
    FlowRow,
    IdempotencyRow,
    KeyRow,
    LogRow,
    SecurityRow,
    TicketRow,
    TimerRow,
)
from registratura.storage.bell import Silent
from registratura.storage.memory_rekeying import MemoryRekeying
from registratura.storage.memory_rows import Rows


class Closed:
    """The lock of a storage that was closed: nobody gets in."""

    def __enter__(self) -> NoReturn:
        raise PortalClosed()

    def __exit__(self, *_: object) -> None:
        """Nobody was in."""


class MemoryUnit(Unit):
    """A unit of work over rows that are the storage's, or a transaction's copy of them."""

    def __init__(self, rows: Callable[[], Rows], lock: RLock | Closed) -> None:
        self._rows, self._lock = rows, lock

    def flow(self, flow_id: str) -> FlowRow | None:
        with self._lock:
            return self._with_key(self._rows().flows.get(flow_id))

    def flows_of(self, account: str, flow: str | None = None) -> Sequence[FlowRow]:
        with self._lock:
            all_of_them = (row for row in self._rows().flows.values() if row.account == account)
            mine = [row for row in all_of_them if flow in (None, row.flow)]
            return [row for row in map(self._with_key, sorted(mine)) if row]

    def claim(self, kind: str, digest: str) -> ClaimRow | None:
        with self._lock:
            return self._rows().claims.get((kind, digest))

    def log(self, flow_id: str, after: int = 0, limit: int | None = None) -> Sequence[LogRow]:
        with self._lock:
            return self._rows().log.get(flow_id, [])[after:][:limit]

    def log_entry(self, flow_id: str, seq: int) -> LogRow | None:
        return next(iter(self.log(flow_id, seq - 1, 1)), None)

    def evidence(self, flow_id: str) -> Sequence[EvidenceRow]:
        with self._lock:
            return list(self._rows().evidence.get(flow_id, []))

    def timers(self, flow_id: str) -> Sequence[TimerRow]:
        with self._lock:
            return self._rows().timers.get(flow_id, ())

    def effects(self, flow_id: str) -> Sequence[EffectRow]:
        with self._lock:
            return [row for row in self._rows().effects.values() if row.flow_id == flow_id]

    def idempotent(self, scope: str, key: str) -> IdempotencyRow | None:
        with self._lock:
            return self._rows().idempotency.get((scope, key))

    def attempts(self, scope: str) -> Attempts | None:
        with self._lock:
            return self._rows().attempts.get(scope)

    def ticket(self, ticket_id: str) -> TicketRow | None:
        with self._lock:
            return self._rows().tickets.get(ticket_id)

    def key(self, key_id: str) -> KeyRow | None:
        with self._lock:
            return self._rows().keys.get(key_id)

    def key_of(self, subject: str) -> KeyRow | None:
        with self._lock:
            return min((row for row in self._rows().keys.values() if row.subject == subject), default=None)

    def write(self, changes: Changes) -> None:
        with self._lock:
            rows = self._rows()
            rows.check(changes)
            rows.apply(changes)

    def _with_key(self, row: FlowRow | None) -> FlowRow | None:
        key = self._rows().keys.get(row.key_id) if row else None
        return row._replace(wrapped=key.wrapped if key else None) if row else None


class MemoryTransaction:
    """A host's transaction on the memory storage, from `MemoryStorage.transaction()`."""

    def __init__(self, storage: MemoryStorage) -> None:
        self.storage = storage
        self.rows = storage.rows.copy()


class MemoryStorage(MemoryRekeying):
    """Rows in dictionaries under one lock; they are gone with the process."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._lock: RLock | Closed = RLock()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """A host's transaction, to be passed as `within`; it is thrown away if its block ends with an exception.

        Raises:
            ConcurrentUpdate: something else was written meanwhile; nothing of this transaction was.
        """
        with self._lock:
            transaction, begun = MemoryTransaction(self), self.rows.writes
        yield transaction
        with self._lock:
            if transaction.rows.writes == begun:
                return
            if self.rows.writes != begun:
                raise ConcurrentUpdate(flow_id="of this transaction", expected="the one read")
            self.rows = transaction.rows

    @contextmanager
    def unit(self, within: Any = None) -> Iterator[MemoryUnit]:
        if within is None:
            yield MemoryUnit(lambda: self.rows, self._lock)
        elif isinstance(within, MemoryTransaction) and within.storage is self:
            yield MemoryUnit(lambda: within.rows, self._lock)
        else:
            raise WithinUnknown(what=type(within).__name__, needed="a transaction() of this MemoryStorage")

    def count_attempts(
        self,
        ticket: TicketRow,
        scopes: Sequence[str],
        judge: Callable[[dict[str, Attempts]], tuple[str, dict[str, Attempts]]],
    ) -> TicketRow:
        with self._lock:
            if ticket.id in self.rows.tickets:
                return self.rows.tickets[ticket.id]
            counters = {scope: self.rows.attempts.get(scope, Attempts()) for scope in scopes}
            verdict, after = judge(counters)
            self.rows.attempts |= counters | after
            self.rows.tickets[ticket.id] = ticket = ticket._replace(verdict=verdict)
            self.rows.writes += 1
            return ticket

    def add_security_event(self, row: SecurityRow) -> None:
        with self._lock:
            self.rows.security.append(row)
            self.rows.writes += 1

    def security_events(self, limit: int = 100) -> Sequence[SecurityRow]:
        with self._lock:
            return sorted(self.rows.security, key=lambda row: (row.at, row.id), reverse=True)[:limit]

    def flow_ids(self, after: str = "", limit: int = 100) -> Sequence[str]:
        with self._lock:
            return sorted(flow_id for flow_id in self.rows.flows if flow_id > after)[:limit]

    def carry_out(
        self, now: int, limit: int, plan: Callable[[Sequence[FlowRow]], Iterable[Changes]]
    ) -> tuple[int, Sequence[str]]:
        with self._lock, self.unit() as unit:
            due = sorted((row.due, row.flow_id) for rows in self.rows.timers.values() for row in rows if row.due <= now)
            rows = [row for _, flow_id in due[:limit] if (row := unit.flow(flow_id))]
            planned = list(plan(rows))
            for changes in planned:
                unit.write(changes)
            return len(rows), [changes.flows[0][0].id for changes in planned]

    def lease_effects(
        self, now: int, until: int, limit: int, in_order: Collection[str] = (), left: Collection[str] = ()
    ) -> Sequence[EffectRow]:
        with self._lock:
            found = (row for row in self.rows.due_effects(now, in_order) if row.kind not in left)
            due = sorted(found, key=lambda row: (row.due, row.id))
            leased = [row._replace(status="leased", due=until, attempts=row.attempts + 1) for row in due[:limit]]
            self.rows.effects |= {row.id: row for row in leased}
            self.rows.writes += len(leased)
            return leased

    def next_due(self, after: int) -> int | None:
        with self._lock:
            timers = [row.due for rows in self.rows.timers.values() for row in rows]
            effects = [row.due for row in self.rows.effects.values() if row.status in ("pending", "leased")]
            return min((due for due in timers + effects if due > after), default=None)

    @contextmanager
    def bell(self) -> Iterator[Bell]:
        yield Silent()

    def renew_lease(self, effect_id: str, leased: int, until: int) -> bool:
        with self._lock:
            row = self.rows.effects.get(effect_id)
            if row is None or (row.status, row.attempts) != ("leased", leased):
                return False
            self._change_effect(row._replace(due=until))
            return True

    def settle_effect(self, effect_id: str, leased: int, *, status: str, attempts: int, due: int, error: str) -> None:
        with self._lock:
            row = self.rows.effects.get(effect_id)
            if row is None or row.status == "done" or (status != "done" and not _has(row, leased)):
                return
            sealed = None if status == "done" else row.sealed
            self._change_effect(row._replace(status=status, attempts=attempts, due=due, error=error, sealed=sealed))

    def effects(self, status: str | None = None, limit: int = 100) -> Sequence[EffectRow]:
        with self._lock:
            rows = [row for row in self.rows.effects.values() if status in (None, row.status)]
            return sorted(rows, key=lambda row: (row.due, row.id))[:limit]

    def retry_dead(self, effect_id: str, due: int, in_order: Collection[str] = ()) -> bool:
        with self._lock:
            row = self.rows.effects.get(effect_id)
            if row is not None and (row.error == ERASED or self.rows.overtaken(row, in_order)):
                return False
            return self._resolved(effect_id, status="pending", attempts=0, due=due, error="")

    def drop_dead(self, effect_id: str, now: int) -> bool:
        return self._resolved(effect_id, status="dropped", due=now, sealed=None)

    def _resolved(self, effect_id: str, **change: Any) -> bool:
        with self._lock:
            row = self.rows.effects.get(effect_id)
            if row is None or row.status != "dead":
                return False
            self._change_effect(row._replace(**change))
            return True

    def _change_effect(self, row: EffectRow) -> None:
        self.rows.effects[row.id] = row
        self.rows.writes += 1

    def meta(self, name: str) -> str | None:
        with self._lock:
            return self.rows.meta.get(name)

    def add_meta(self, name: str, value: str) -> str:
        with self._lock:
            self.rows.writes += 1
            return self.rows.meta.setdefault(name, value)

    def change_meta(self, name: str, before: str, value: str) -> bool:
        with self._lock:
            if self.rows.meta.get(name) != before:
                return False
            self.rows.writes += 1
            self.rows.meta[name] = value
            return True

    def data_keys(self, after: str = "", limit: int = 100) -> Sequence[KeyRow]:
        with self._lock:
            return sorted(row for row in self.rows.keys.values() if row.id > after)[:limit]

    def rewrap(self, keys: Sequence[tuple[KeyRow, str]]) -> int:
        with self._lock:
            still = [(key, wrapped) for key, wrapped in keys if self.rows.keys.get(key.id) == key]
            self.rows.keys |= {key.id: key._replace(wrapped=wrapped) for key, wrapped in still}
            self.rows.writes += bool(still)
            return len(still)

    def purge(self, before: int) -> int:
        with self._lock:
            return self.rows.purge(before)

    def close(self) -> None:
        """From now on no call is taken."""
        self._lock = Closed()


def _has(row: EffectRow, leased: int) -> bool:
    """Whether the try of that number is the last one there was, and nobody has decided about the effect since."""
    return row.status in ("pending", "leased") and row.attempts == leased
