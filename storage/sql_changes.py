"""The rows of an event as statements, in the order in which everything is looked at and written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import micros, moment
from registratura.flows.rows import AttemptChange, Changes
from registratura.storage import statements as sql
from registratura.storage.line import Todo
from registratura.storage.statement import Statement

UNCOUNTED = Attempts()


def counter_values(attempts: Attempts) -> tuple[Any, ...]:
    """A counter's columns after its scope."""
    return attempts.count, attempts.lock_level, _micros(attempts.locked_until), _micros(attempts.since)


def counter_of(row: Any) -> Attempts:
    """The counter of a row."""
    _, count, level, locked_until, since = row
    return Attempts(count=count, lock_level=level, locked_until=_moment(locked_until), since=_moment(since))


def todos(changes: Changes) -> list[Todo]:
    """Everything of one event: first what may be lost, then what cannot."""
    return [*_contested(changes), *_certain(changes)]


def _contested(changes: Changes) -> Iterator[Todo]:
    if key := changes.idempotency:
        yield Todo(sql.RECORD_ANSWER, key, met=_changed, lost=("idempotency", key.key))
    if changes.ticket is not None:
        yield Todo(sql.SPEND, (changes.ticket,), met=_changed, lost=("ticket", changes.ticket))
    for row, expected in changes.flows:
        lost = "flow", row.id
        if expected:
            yield Todo(sql.MOVE_FLOW, (*row[1:-1], row.id, expected), met=_changed, lost=lost)
        else:
            yield Todo(sql.ADD_FLOW, row[:-1], met=_changed, lost=lost)
    for watched in changes.watched:
        yield Todo(sql.UNMOVED, watched, met=_found, lost=("watched", watched[0]))
    for claim in changes.claims:
        yield Todo(sql.ADD_CLAIM, claim, met=_changed, lost=("claim", claim.kind))
    for change in changes.attempts:
        yield from _settled(change)
    if (effect := changes.finished_effect) is not None:
        yield Todo(sql.FINISH_EFFECT, (effect,), met=_changed, lost=("effect", effect))


def _settled(change: AttemptChange) -> Iterator[Todo]:
    scope, after, at = change
    if at is None:
        yield Todo(sql.ADD_COUNTER, (scope, *counter_values(UNCOUNTED)))
        yield Todo(sql.LOCK_COUNTER, (scope, after.lock_level, _micros(after.locked_until)))
        return
    yield Todo(sql.LOCKED, (at, scope), met=_nothing_true, lost=("attempt", scope))
    if after == UNCOUNTED:
        yield Todo(sql.SET_COUNTER, (scope, *counter_values(after)))


def _certain(changes: Changes) -> Iterator[Todo]:
    yield from _all(sql.ADD_KEY, changes.keys)
    for key_id, subject in changes.linked_keys:
        yield Todo(sql.LINK_KEY, (subject, key_id))
    yield from _all(sql.ADD_ENTRY, changes.log)
    yield from _all(sql.ADD_EVIDENCE, changes.evidence)
    for flow_id, timers in changes.timers:
        yield Todo(sql.STOP_TIMERS, (flow_id,))
        yield from _all(sql.ADD_TIMER, timers)
    yield from _all(sql.ADD_EFFECT, changes.effects)


def _all(statement: Statement, rows: tuple[tuple[Any, ...], ...]) -> tuple[Todo, ...]:
    if not rows:
        return ()
    return (Todo(statement, rows[0]) if len(rows) == 1 else Todo(statement, rows, many=True),)


def _changed(cursor: Any) -> bool:
    return bool(cursor.rowcount == 1)


def _found(cursor: Any) -> bool:
    return bool(cursor.fetchall())


def _nothing_true(cursor: Any) -> bool:
    return not any(row[0] for row in cursor.fetchall())


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)
