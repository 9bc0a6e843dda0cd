"""The rows of the storage in memory: what an event's rows must meet, and how they are added."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import micros, moment
from registratura.flows.ports import Lost
from registratura.flows.rows import (
    DESTROYED,
    ERASED,
    AttemptChange,
    Changes,
    ClaimRow,
    EffectRow,
    Erased,
    EvidenceRow,
    FlowRow,
    IdempotencyRow,
    KeyRow,
    LogRow,
    SecurityRow,
    TicketRow,
    TimerRow,
)


@dataclass(slots=True)
class Rows:
    """All rows. `writes` grows with each write, so that a transaction notices another one."""

    flows: dict[str, FlowRow] = field(default_factory=dict)
    log: dict[str, list[LogRow]] = field(default_factory=dict)
    evidence: dict[str, list[EvidenceRow]] = field(default_factory=dict)
    claims: dict[tuple[str, str], ClaimRow] = field(default_factory=dict)
    timers: dict[str, tuple[TimerRow, ...]] = field(default_factory=dict)
    effects: dict[str, EffectRow] = field(default_factory=dict)
    idempotency: dict[tuple[str, str], IdempotencyRow] = field(default_factory=dict)
    keys: dict[str, KeyRow] = field(default_factory=dict)
    tickets: dict[str, TicketRow] = field(default_factory=dict)
    attempts: dict[str, Attempts] = field(default_factory=dict)
    security: list[SecurityRow] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    writes: int = 0

    def copy(self) -> Rows:
        """The same rows, to be changed apart from these."""
        return Rows(
            flows=dict(self.flows),
            log={flow_id: list(rows) for flow_id, rows in self.log.items()},
            evidence={flow_id: list(rows) for flow_id, rows in self.evidence.items()},
            claims=dict(self.claims),
            timers=dict(self.timers),
            effects=dict(self.effects),
            idempotency=dict(self.idempotency),
            keys=dict(self.keys),
            tickets=dict(self.tickets),
            attempts=dict(self.attempts),
            security=list(self.security),
            meta=dict(self.meta),
            writes=self.writes,
        )

    def check(self, changes: Changes) -> None:
        """See that nobody was first, in the order in which every storage looks.

        Raises:
            Lost: somebody was.
        """
        if (key := changes.idempotency) and (key.scope, key.key) in self.idempotency:
            raise Lost("idempotency", key.key)
        if changes.ticket is not None and not self._unspent(changes.ticket):
            raise Lost("ticket", changes.ticket)
        for what, versions in (
            ("flow", [(row.id, expected) for row, expected in changes.flows]),
            ("watched", changes.watched),
        ):
            for flow_id, expected in versions:
                if (self.flows[flow_id].version if flow_id in self.flows else 0) != expected:
                    raise Lost(what, flow_id)
        taken = set(self.claims)
        for claim in changes.claims:
            if (claim.kind, claim.digest) in taken:
                raise Lost("claim", claim.kind)
            taken.add((claim.kind, claim.digest))
        for change in changes.attempts:
            if not self._open(change):
                raise Lost("attempt", change.scope)
        if changes.finished_effect is not None and not self._unfinished(changes.finished_effect):
            raise Lost("effect", changes.finished_effect)

    def apply(self, changes: Changes) -> None:
        """Add what was checked."""
        self.writes += 1
        if key := changes.idempotency:
            self.idempotency[key.scope, key.key] = key
        if changes.ticket is not None:
            self.tickets[changes.ticket] = self.tickets[changes.ticket]._replace(spent=1)
        self.flows |= {row.id: row._replace(wrapped=None) for row, _ in changes.flows}
        self.keys |= {row.id: row for row in changes.keys}
        self.keys |= {key_id: self.keys[key_id]._replace(subject=subject) for key_id, subject in changes.linked_keys}
        for entry in changes.log:
            self.log.setdefault(entry.flow_id, []).append(entry)
        for evidence in changes.evidence:
            self.evidence.setdefault(evidence.flow_id, []).append(evidence)
        self.claims |= {(row.kind, row.digest): row for row in changes.claims}
        self.timers |= dict(changes.timers)
        self.effects |= {row.id: row for row in changes.effects}
        for change in changes.attempts:
            self._settle(change)
        if (done := changes.finished_effect) is not None:
            self.effects[done] = self.effects[done]._replace(status="done", sealed=None)
        if changes.erased:
            self._erase(changes.erased)

    def purge(self, before: int) -> int:
        """Forget answers and tickets of before that time; how many they were."""
        old_keys = [key for key, row in self.idempotency.items() if row.at < before]
        old_tickets = [key for key, row in self.tickets.items() if row.at < before]
        for key in old_keys:
            del self.idempotency[key]
        for ticket in old_tickets:
            del self.tickets[ticket]
        self.writes += bool(old_keys or old_tickets)
        return len(old_keys) + len(old_tickets)

    def due_effects(self, now: int, in_order: Collection[str]) -> list[EffectRow]:
        """The effects that are due and that no earlier one of their flow holds up."""
        unfinished = [row for row in self.effects.values() if row.status in ("pending", "leased")]
        first: dict[str, tuple[int, int, str]] = {}
        for row in unfinished:
            if row.kind in in_order:
                first[row.flow_id] = min(first.get(row.flow_id, _place(row)), _place(row))
        due = [row for row in unfinished if row.due <= now]
        return [row for row in due if row.kind not in in_order or _place(row) == first[row.flow_id]]

    def overtaken(self, row: EffectRow, in_order: Collection[str]) -> bool:
        """Whether a later effect of its flow has left, or may at any moment, so that this one would come after it."""
        later = (
            other for other in self.effects.values() if other.flow_id == row.flow_id and _place(other) > _place(row)
        )
        left = (other.kind for other in later if other.status not in ("dead", "dropped"))
        return row.kind in in_order and any(kind in in_order for kind in left)

    def _erase(self, erased: Erased) -> None:
        for key in [*self.keys.values()]:
            if key.id in erased.keys or key.subject in erased.subjects:
                self.keys[key.id] = key._replace(wrapped=DESTROYED)
        for claim in erased.claims:
            if self.claims.get((claim.kind, claim.digest), claim).flow_id == claim.flow_id:
                self.claims.pop((claim.kind, claim.digest), None)
        for flow_id in erased.stopped:
            self.timers.pop(flow_id, None)
        for effect in [*self.effects.values()]:
            if effect.flow_id in erased.flows and effect.sealed:
                self.effects[effect.id] = effect._replace(status="dead", error=ERASED, sealed=None)

    def _unspent(self, ticket: str) -> bool:
        return ticket in self.tickets and not self.tickets[ticket].spent

    def _unfinished(self, effect: str) -> bool:
        return effect in self.effects and self.effects[effect].status in ("pending", "leased")

    def _open(self, change: AttemptChange) -> bool:
        stored = self.attempts.get(change.scope)
        if change.must_be_open_at is None or stored is None or stored.locked_until is None:
            return True
        return stored.locked_until <= moment(change.must_be_open_at)

    def _settle(self, change: AttemptChange) -> None:
        stored = self.attempts.get(change.scope, Attempts())
        if change.must_be_open_at is None:
            if change.after.lock_level > stored.lock_level:
                lock = {"lock_level": change.after.lock_level, "locked_until": change.after.locked_until}
                self.attempts[change.scope] = stored.model_copy(update=lock)
        elif change.give_back is not None:
            if stored.count and stored.since and micros(stored.since) <= change.give_back:
                self.attempts[change.scope] = stored.model_copy(update={"count": stored.count - 1})
        elif change.after == Attempts():
            self.attempts[change.scope] = change.after


def _place(row: EffectRow) -> tuple[int, int, str]:
    """Where an effect stands among those of its flow; their ids end with a number."""
    return row.seq, len(row.id), row.id
