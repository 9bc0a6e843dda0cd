"""Attempts at secrets: counted first, in a transaction of their own, and looked at again when one is redeemed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registratura.domain.attempts import (
    Attempts,
    AttemptsPolicy,
    attempts_refusals,
    counted,
    exhausted,
    failed,
    judgeable,
    overrun,
    strictest,
)
from registratura.flows.engine.ask import Asking
from registratura.flows.engine.codec import micros
from registratura.flows.errors import NeedsOwnTransaction, TicketInvalid
from registratura.flows.event import Event
from registratura.flows.flow import AnyRecord
from registratura.flows.keyring import same
from registratura.flows.ports import Attempt, Storage
from registratura.flows.rows import AttemptChange, TicketRow
from registratura.flows.step import Step

NONE = Attempts()


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter: its stored scope, its policy, and whether a success forgives it.

    Where two digest keys live it is kept under both `scopes`, and `scope` is the one by which it is found.
    """

    scope: str
    scopes: tuple[str, ...]
    policy: AttemptsPolicy
    forgives: bool

    def with_one_more(self, stored: dict[str, Attempts], now: datetime) -> Attempts:
        """It goes on from the strictest of those that may count.

        That under a newer key does where this process finds by a former one: others may have let that go meanwhile.
        """
        may_count = self.scopes[self.scopes.index(self.scope) :]
        return strictest([counted(self.policy, stored[scope], now) for scope in may_count])


def counters_of(ask: Asking, record: AnyRecord, event: Event) -> tuple[Counter, ...]:
    """The counters that this event uses up; the scopes are digests, since they may name people and addresses."""
    flow, keys = ask.tools.flows.of(record), ask.tools.keys
    counted = flow.counters[type(event)](record, event, ask)
    digests = [ask.digest("attempts", f"{c.policy}:{c.whose}") for c in counted]
    return tuple(
        Counter(keys.found_by(digest), keys.live(digest), c.limits or ask.settings.attempts[c.policy], c.forgives)
        for c, digest in zip(counted, digests, strict=True)
    )


def count(storage: Storage, ask: Asking, record: AnyRecord, event: Event, ticket_id: str, request: str) -> TicketRow:
    """Count an attempt; a ticket that is already there is not counted again."""
    counters = {counter.scope: counter for counter in counters_of(ask, record, event)}

    def judge(now_counted: dict[str, Attempts]) -> tuple[str, dict[str, Attempts]]:
        after, levels, verdict = dict[str, Attempts](), dict[str, int](), True
        for scope, counter in counters.items():
            attempts = counter.with_one_more(now_counted, ask.now)
            if not judgeable(counter.policy, attempts, ask.now):
                verdict, attempts = False, overrun(counter.policy, attempts, ask.now)
            after |= dict.fromkeys(counter.scopes, attempts)
            levels[scope] = attempts.lock_level
        return json.dumps({"judgeable": verdict, "levels": levels}), after

    row = TicketRow(ticket_id, record.id, request, "", micros(ask.now), 0)
    return storage.count_attempts(row, [scope for counter in counters.values() for scope in counter.scopes], judge)


def redeem(ask: Asking, record: AnyRecord, event: Event, ticket: TicketRow | None, request: str) -> Attempt:
    """What a ticket is worth now: what was counted then, and whether a lock has begun since.

    Raises:
        NeedsOwnTransaction: there is no ticket.
        TicketInvalid: it is for another flow or event, or spent.
    """
    if ticket is None:
        raise NeedsOwnTransaction(event=event.name)
    known = ticket.flow_id == record.id and same(ask.tools.keys, ticket.request, request)
    if not known or ticket.spent:
        raise TicketInvalid(event=event.name, flow_id=record.id)
    counters = counters_of(ask, record, event)
    current = {counter.scope: _current(ask, counter.scope, ticket) for counter in counters}
    locks = [until for c in counters if (until := _locked_until(c, current[c.scope], ask.now))]
    judged = bool(json.loads(ticket.verdict)["judgeable"]) and not locks
    waits = [r.retry_at for c in counters for r in attempts_refusals(c.policy, current[c.scope], ask.now) if r.retry_at]
    final = [c for c in counters if exhausted(c.policy, current[c.scope])]
    after = [failed(c.policy, current[c.scope], ask.now).locked_until for c in final]
    return Attempt(
        judgeable=judged,
        retry_at=max([*locks, *waits], default=None),
        last=any(not c.policy.alarm_only for c in final),
        locked_until=max((until for until in after if until and until > ask.now), default=None),
        alarm=any(c.policy.alarm_only for c in final),
    )


def settled(
    ask: Asking, record: AnyRecord, event: Event, steps: Sequence[Step], ticket: TicketRow
) -> tuple[AttemptChange, ...]:
    """The counters' new values, once the attempt is judged."""
    ended = steps[0].move.attempt
    if not ended:
        return ()
    changes = []
    for counter in counters_of(ask, record, event):
        current = _current(ask, counter.scope, ticket)
        if ended == "failed":
            after = failed(counter.policy, current, ask.now)
            if after != current:
                changes += [AttemptChange(scope, after, None) for scope in counter.scopes]
        else:
            after = NONE if counter.forgives else current
            overran = (ask.unit.attempts(counter.scope) or NONE).locked_until
            own, open_at = None if counter.forgives else ticket.at, micros(max(ask.now, overran or ask.now))
            changes += [AttemptChange(scope, after, open_at, own) for scope in counter.scopes]
    return tuple(changes)


def _current(ask: Asking, scope: str, ticket: TicketRow) -> Attempts:
    """A counter as it concerns this ticket.

    A lock that began only because more guesses came than there are is none for those that were counted before it:
    sixteen presses at once of the right code must not shut each other out (U46). A failure's lock is one for all (U34).
    """
    current, verdict = ask.unit.attempts(scope) or NONE, json.loads(ticket.verdict)
    levels = {ask.tools.keys.live(of)[-1]: level for of, level in verdict["levels"].items()}
    if verdict["judgeable"] and current.lock_level == levels.get(ask.tools.keys.live(scope)[-1]):
        return current.model_copy(update={"locked_until": None})
    return current


def _locked_until(counter: Counter, attempts: Attempts, now: datetime) -> datetime | None:
    until = attempts.locked_until
    return until if until is not None and until > now and not counter.policy.alarm_only else None
