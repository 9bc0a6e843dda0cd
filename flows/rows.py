"""Rows: what is stored, already sealed and hashed. A storage only keeps them, so every storage keeps the same bytes.

Times in rows are whole microseconds since 1970 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from registratura.domain.attempts import Attempts


class FlowRow(NamedTuple):
    """A flow; `wrapped` is its data key as the keys' table has it, and is read along with the row."""

    id: str
    flow: str
    chart_version: int
    state: str
    version: int
    account: str | None
    subject: str | None
    session: str | None
    key_id: str
    data: str
    sealed: str | None
    timers: str
    created_at: int
    changed_at: int
    head: str
    evidence: int
    evidence_head: str
    wrapped: str | None = None


class LogRow(NamedTuple):
    """One entry of a flow's log; `hash` is over all the columns before it."""

    flow_id: str
    seq: int
    chart_version: int
    event: str
    event_version: int
    transition: str
    by: str
    payload: str
    sealed: str | None
    outcome: str
    at: int
    previous: str
    hash: str


class EvidenceRow(NamedTuple):
    """One entry of a flow's chain of consent evidence; `entry` is its canonical JSON."""

    flow_id: str
    number: int
    entry: str
    previous: str
    hash: str
    signature: str


class ClaimRow(NamedTuple):
    """What must be unique, and what it points to."""

    kind: str
    digest: str
    target: str
    flow_id: str


class TimerRow(NamedTuple):
    """An appointment, as the sweeper finds it."""

    flow_id: str
    kind: str
    epoch: int
    due: int


class EffectRow(NamedTuple):
    """An effect on its way out; `status` is pending, leased, done, dead, or dropped by an operator."""

    id: str
    flow_id: str
    seq: int
    kind: str
    payload: str
    sealed: str | None
    key_id: str
    status: str
    attempts: int
    due: int
    error: str


class IdempotencyRow(NamedTuple):
    """That a request was answered, and by which log entry."""

    scope: str
    key: str
    request: str
    flow_id: str
    seq: int
    at: int


DESTROYED = "destroyed"
"""What stands in the place of a wrapped data key that is no more."""


ERASED = "erased"
"""The error of an effect that died because what it would hand over was erased."""


class KeyRow(NamedTuple):
    """A data key, wrapped by the master key, or DESTROYED, and the person whose data it opens."""

    id: str
    subject: str | None
    wrapped: str


class TicketRow(NamedTuple):
    """A counted attempt; `verdict` is JSON."""

    id: str
    flow_id: str
    request: str
    verdict: str
    at: int
    spent: int


class SecurityRow(NamedTuple):
    """Something that moved no flow and should be looked at."""

    id: str
    at: int
    flow_id: str | None
    kind: str
    details: str


class AttemptChange(NamedTuple):
    """What becomes of a counter once an attempt is judged. Only `count_attempts` counts: what others counted stays.

    After a failure (`must_be_open_at` is None) it takes the lock of `after`, if that one's level is higher. After a
    success it must not be locked at that time; the one guess that was counted at `give_back` is given back, if its
    window still runs; without that time the counter is reset if `after` is empty, and else left as it is.
    """

    scope: str
    after: Attempts
    must_be_open_at: int | None
    give_back: int | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """What goes with a person's data: the data keys of these subjects and flows become DESTROYED.

    What the flows have still to hand over and is sealed is dead; the stopped ones, which nobody can read any more, have
    no timers. The claims are free, in this order.
    """

    flows: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    claims: tuple[ClaimRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """All rows of one event: they are written together or not at all.

    `flows` come with the version expected in the store (0: must not exist). `watched` are versions of records that
    were read for the decision and must not have moved. `timers` per flow replace what is there.
    """

    flows: tuple[tuple[FlowRow, int], ...]
    log: tuple[LogRow, ...]
    watched: tuple[tuple[str, int], ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    timers: tuple[tuple[str, tuple[TimerRow, ...]], ...] = ()
    effects: tuple[EffectRow, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    linked_keys: tuple[tuple[str, str], ...] = ()
    idempotency: IdempotencyRow | None = None
    attempts: tuple[AttemptChange, ...] = ()
    ticket: str | None = None
    finished_effect: str | None = None
    erased: Erased | None = None
