"""Planning: from one event to all steps of all flows it moves, still without writing anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from registratura.domain.refusal import Refusal
from registratura.flows.decide import decide, decide_start, must_be_possible
from registratura.flows.engine.ask import Asking
from registratura.flows.errors import NotAllowedNow
from registratura.flows.event import By, Event, Facts
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.record import FlowRecord, Timer
from registratura.flows.step import Send, Start, Step

NO_FACTS = Facts()
BY_TIME = By(channel="time")
NOBODY = "nobody"
"""The session of what no person started: without it, a flow without an account would be anybody's to see."""


def plan_event(ask: Asking, record: AnyRecord, event: Event) -> list[Step]:
    """The steps of one event: the flow's own first, then those of the flows it sends to."""
    flow = ask.tools.flows.of(record)
    must_be_possible(flow, record, event)
    facts = _gather(ask, flow, record, event)
    step = decide(flow, record, event, facts, now=ask.now, by=ask.by)
    steps, refusals = _follow(ask, step)
    if refusals:
        step = decide(flow, record, event, facts, now=ask.now, by=ask.by, refused_elsewhere=refusals)
        steps, _ = _follow(ask, step)
    return steps


def plan_start(ask: Asking, start: Start, session: str) -> list[Step]:
    """The steps of a new flow: its own first. If the first one has refusals, nothing is to be written."""
    flow, blank = start.flow, _blank(ask, start, session)
    facts = _gather(ask, flow, blank, start.event)
    step = decide_start(flow, blank, start.event, facts, now=ask.now, by=ask.by)
    if step.refusals:
        return [step]
    steps, refusals = _follow(ask, step)
    return [replace(step, refusals=refusals)] if refusals else steps


def plan_due(ask: Asking, record: AnyRecord) -> list[Step]:
    """The steps of all timers that are due: carried out late, they are carried out all the same."""
    steps: list[Step] = []
    by, ask.by = ask.by, BY_TIME
    try:
        while late := record.due(ask.now):
            record, more = _one_timer(ask, record, late[0])
            steps += more
    finally:
        ask.by = by
    return steps


def effective(ask: Asking, record: AnyRecord) -> AnyRecord:
    """The record as it is once its due timers are carried out, which is not yet planned."""
    if not record.due(ask.now):
        return record
    ask.late.add(record.id)
    seen, watched = dict(ask.seen), dict(ask.watched)
    steps = plan_due(ask, record)
    ask.seen, ask.watched = seen, watched
    return next((step.record for step in reversed(steps) if step.record.id == record.id), record)


def _one_timer(ask: Asking, record: AnyRecord, kind: str) -> tuple[AnyRecord, list[Step]]:
    flow = ask.tools.flows.of(record)
    # The timer is struck off first, so that an event which leaves it alone cannot happen again for ever.
    struck = record.but(timers={name: timer for name, timer in record.timers.items() if name != kind})
    if kind not in flow.answers.events(record.state):
        ask.seen[record.id] = struck
        return struck, []
    steps = plan_event(ask, struck, flow.by_name[kind]())
    steps = [replace(steps[0], before=record), *steps[1:]]
    return ask.seen[record.id], steps


def _follow(ask: Asking, step: Step) -> tuple[list[Step], tuple[Refusal, ...]]:
    """The step and those of its sends; if one of these is refused, only its refusals, and nothing is remembered."""
    seen = dict(ask.seen)
    ask.seen[step.record.id] = step.record
    steps = [step]
    for send in step.move.sends:
        more, refusals = _sent(ask, send)
        if refusals and not step.refusals:
            ask.seen = seen
            return [], refusals
        steps += more
    return steps, ()


def _sent(ask: Asking, send: Send | Start) -> tuple[list[Step], tuple[Refusal, ...]]:
    if isinstance(send, Start):
        newest = replace(send, flow=ask.tools.flows.newest(send.flow))
        steps = plan_start(ask, newest, send.session or NOBODY)
        return steps, steps[0].refusals
    record = ask.stored(send.to)
    if record is None:
        return [], (_not_possible("flow", send.event),)
    due = plan_due(ask, record)
    try:
        steps = plan_event(ask, ask.seen[send.to], send.event)
    except NotAllowedNow:
        return [], (_not_possible(record.flow, send.event),)
    return [*due, *steps], steps[0].refusals


def _not_possible(flow: str, event: Event) -> Refusal:
    return Refusal(code="not_possible_now", params={"flow": flow, "event": event.name})


def _gather(ask: Asking, flow: AnyFlow, record: AnyRecord, event: Event) -> Facts:
    gather = flow.gatherers.get(type(event))
    return gather(record, event, ask) if gather else NO_FACTS


def _blank(ask: Asking, start: Start, session: str) -> FlowRecord[Any]:
    life = start.flow.life(ask.settings) if "expire" in start.flow.by_name else None
    return FlowRecord(
        id=start.id,
        flow=start.flow.name,
        chart_version=start.flow.version,
        state="",
        version=0,
        data=start.flow.data(),
        created_at=ask.now,
        changed_at=ask.now,
        account=start.account,
        subject=start.subject,
        session=session,
        timers={"expire": Timer(_later(ask.now, life), 1)} if life else {},
    )


def _later(now: datetime, life: Any) -> datetime:
    later: datetime = now + life
    return later
