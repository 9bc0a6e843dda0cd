"""The rows of an event as statements, in the order in which everything is looked at and written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import micros, moment
from registratura.flows.ports import Lost
from registratura.flows.rows import AttemptChange, Changes, Erased
from registratura.storage import statements as sql
from registratura.storage.bell import LOOK_AGAIN
from registratura.storage.line import Line

UNCOUNTED = Attempts()


def counter_values(attempts: Attempts) -> tuple[Any, ...]:
    """A counter's columns after its scope."""
    return attempts.count, attempts.lock_level, _micros(attempts.locked_until), _micros(attempts.since)


def counter_of(row: Any) -> Attempts:
    """The counter of a row."""
    _, count, level, locked_until, since = row
    return Attempts(count=count, lock_level=level, locked_until=_moment(locked_until), since=_moment(since))


def write(line: Line, changes: Changes) -> None:
    """Everything of one event: first what may be lost, then what cannot.

    Raises:
        Lost: somebody was first.
    """
    _contested(line, changes)
    _certain(line, changes)


def _contested(line: Line, changes: Changes) -> None:
    if key := changes.idempotency:
        line.change_one(sql.RECORD_ANSWER, key, "idempotency", key.key)
    if changes.ticket is not None:
        line.change_one(sql.SPEND, (changes.ticket,), "ticket", changes.ticket)
    _flows(line, changes)
    for claim in sorted(changes.claims):
        line.change_one(sql.ADD_CLAIM, claim, "claim", claim.kind)
    for change in sorted(changes.attempts, key=lambda change: change.scope):
        _settle(line, change)
    if (effect := changes.finished_effect) is not None:
        line.change_one(sql.FINISH_EFFECT, (effect,), "effect", effect)


def _flows(line: Line, changes: Changes) -> None:
    """Flows that move, and those that must not have moved: by their ids, so that no two wait for each other."""
    moves, watched = {row.id: (row, expected) for row, expected in changes.flows}, dict(changes.watched)
    for flow_id in sorted(moves.keys() | watched.keys()):
        if flow_id not in moves:
            line.must_find(sql.UNMOVED, (flow_id, watched[flow_id]), "watched", flow_id)
            continue
        row, expected = moves[flow_id]
        if expected:
            line.change_one(sql.MOVE_FLOW, (*row[1:-1], row.id, expected), "flow", row.id)
        else:
            line.change_one(sql.ADD_FLOW, row[:-1], "flow", row.id)


def _settle(line: Line, change: AttemptChange) -> None:
    scope, after, at, counted_at = change
    if at is None:
        line.change(sql.ADD_COUNTER, scope, *counter_values(UNCOUNTED))
        line.change(sql.LOCK_COUNTER, scope, after.lock_level, _micros(after.locked_until))
        return
    if any(row[0] for row in line.rows(sql.LOCKED, at, scope)):
        raise Lost("attempt", scope)
    if counted_at is not None:
        line.change(sql.GIVE_BACK, scope, counted_at)
    elif after == UNCOUNTED:
        line.change(sql.SET_COUNTER, scope, *counter_values(after))


def _certain(line: Line, changes: Changes) -> None:
    for key in changes.keys:
        line.change(sql.ADD_KEY, *key)
    for key_id, subject in changes.linked_keys:
        line.change(sql.LINK_KEY, subject, key_id)
    for entry in changes.log:
        line.change(sql.ADD_ENTRY, *entry)
    for evidence in changes.evidence:
        line.change(sql.ADD_EVIDENCE, *evidence)
    for flow_id, timers in changes.timers:
        line.change(sql.STOP_TIMERS, flow_id)
        for timer in timers:
            line.change(sql.ADD_TIMER, *timer)
    for effect in changes.effects:
        line.change(sql.ADD_EFFECT, *effect)
    if changes.erased:
        _erase(line, changes.erased)
    if due_soon(changes):
        line.ring()


def due_soon(changes: Changes) -> bool:
    """Whether a worker must be woken; what is due later it finds by itself, as it never sleeps longer than that."""
    dues = [timer.due for _, timers in changes.timers for timer in timers] + [row.due for row in changes.effects]
    written = max((entry.at for entry in changes.log), default=0)
    return bool(dues) and min(dues) <= written + LOOK_AGAIN * 1_000_000


def _erase(line: Line, erased: Erased) -> None:
    for key_id in erased.keys:
        line.change(sql.DESTROY_KEY, key_id)
    for subject in erased.subjects:
        line.change(sql.DESTROY_KEYS_OF, subject)
    for claim in erased.claims:
        line.change(sql.FREE_CLAIM, claim.kind, claim.digest, claim.flow_id)
    for flow_id in erased.stopped:
        line.change(sql.STOP_TIMERS, flow_id)
    for flow_id in erased.flows:
        line.change(sql.ERASE_EFFECTS, flow_id)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)
